import { countryOf } from '../country.ts'
import type { EventRow } from '../event.ts'
import type { Condition, Search, ValueWord } from './search.ts'
import type { Recipient } from './search-recipients.ts'

/** Whether an event meets a search in the words of `events`. What an event has none of is none of the values asked for. */
export function meetsSearch(row: EventRow, { conditions }: Search): boolean {
  return conditions.every((condition) => meets(row, condition) !== condition.not)
}

function meets(row: EventRow, condition: Condition): boolean {
  const { contact } = row
  if (condition.word === 'to') return contact !== null && condition.recipients.some((one) => isTo(contact, one))
  const value = valueOf(row, condition.word)
  return value !== null && condition.values.includes(value)
}

function isTo(contact: string, recipient: Recipient): boolean {
  switch (recipient.kind) {
    case 'contacts':
      return recipient.contacts.includes(contact)
    case 'digits':
      return contact.includes(recipient.digits)
    case 'token':
      return false
  }
}

function valueOf(row: EventRow, word: ValueWord): string | null {
  switch (word) {
    case 'status':
      return row.status
    case 'via':
      return row.provider
    case 'topic':
      return row.topic
    case 'tag':
      return row.tag
    case 'code':
      return row.reason
    case 'country':
      return row.contact === null ? null : countryOf(row.contact)
    case 'text':
    case 'key':
    case 'client':
    case 'platform':
    case 'app':
    case 'locale':
    case 'state':
      return null
  }
}
