/**
 * Columns of a batch as Postgres array literals. The driver would look at every element's type and escape every text; what it is handed here
 * is a finished text. Source of the syntax: PostgreSQL documentation, 8.15.2 Array Value Input.
 */
export function numbers(list: readonly (number | null)[]): string {
  return `{${list.map((value) => value ?? 'NULL').join(',')}}`
}

export function booleans(list: readonly boolean[]): string {
  return `{${list.map((value) => (value ? 't' : 'f')).join(',')}}`
}

/** Texts are always quoted, so that none is taken for NULL or for a separator. */
export function texts(list: readonly (string | null)[]): string {
  let literal = '{'
  for (let index = 0; index < list.length; index++) {
    const value = list[index]
    if (index > 0) literal += ','
    literal += value === null || value === undefined ? 'NULL' : quoted(value)
  }
  return `${literal}}`
}

const SPECIAL = /["\\]/
const EACH_SPECIAL = /["\\]/g

function quoted(text: string): string {
  return SPECIAL.test(text) ? `"${text.replace(EACH_SPECIAL, '\\$&')}"` : `"${text}"`
}
