/** The sentence of an error object; null: this is none. */
export function messageOf(answer: unknown): string | null {
  const message = textOf(answer, 'message')
  return message === TOO_MANY ? (limitOf(answer) ?? message) : message
}

/** What every 429 says; which limit it was stands in its details. */
const TOO_MANY = 'Too Many Requests'

function limitOf(answer: unknown): string | null {
  if (typeof answer !== 'object' || answer === null || !('details' in answer)) return null
  return Array.isArray(answer.details) ? textOf(answer.details[0], 'message') : null
}

function textOf(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null) return null
  const found: unknown = Reflect.get(value, name)
  return typeof found === 'string' ? found : null
}
