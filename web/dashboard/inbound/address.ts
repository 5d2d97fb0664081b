/** The address of the page of that name. */
export const INBOUND = '/dashboard/inbound'

/** What is shown of the texts that came in. */
export interface InboundFilter {
  /** From this number alone; empty: from everybody. */
  readonly contact: string
  /** Only those that sound like a STOP, and are none by the letter. */
  readonly review: boolean
  /** Only those of so many days until now; null: all of them. */
  readonly days: number | null
}

export const EVERYTHING: InboundFilter = { contact: '', review: false, days: null }

/** Of any address; what can't be read is left out. */
export function filterOf(url: string): InboundFilter {
  const { searchParams } = new URL(url, 'http://localhost')
  const days = searchParams.get('days') ?? ''
  return {
    contact: searchParams.get('contact') ?? '',
    review: searchParams.get('review') === 'true',
    days: /^[1-9]\d{0,3}$/.test(days) ? Number(days) : null,
  }
}

export function addressOf({ contact, review, days }: InboundFilter): string {
  const query = new URLSearchParams({
    ...(contact === '' ? {} : { contact }),
    ...(review ? { review: 'true' } : {}),
    ...(days === null ? {} : { days: String(days) }),
  }).toString()
  return query === '' ? INBOUND : `${INBOUND}?${query}`
}

export function isEverything({ contact, review, days }: InboundFilter): boolean {
  return contact === '' && !review && days === null
}
