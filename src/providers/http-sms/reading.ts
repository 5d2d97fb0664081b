import type { HttpSmsFault } from './faults.ts'
import { namesIn, type Placeholder, readTemplate, type Template } from './template.ts'

/** What reads a file: it goes on after a fault, so that all are told at once. */
export interface Reading {
  fault(path: string, problem: string, fix: string): void
  /** A text, or the value of the variable it names; what is not set is a fault, and empty. */
  secret(path: string, value: SecretText): string
  /** A text with places, of which only `allowed` may be named; others are a fault. Null: any. */
  template(path: string, text: string, allowed: readonly Placeholder[] | null): Template
  faults(): readonly HttpSmsFault[]
  /** The variables that were asked for. */
  variables(): readonly string[]
}

export type SecretText = string | { readonly env: string }

/** What may stand where nothing is escaped, or what is filled in could mean something else: digits, and URLs of ours. */
export const PLAIN: readonly Placeholder[] = [
  'contact',
  'contact_digits',
  'attempt_id',
  'callback_url',
  'validity_seconds',
]

export function createReading(env: (name: string) => string | null, sender: string | null): Reading {
  const faults: HttpSmsFault[] = []
  const variables = new Set<string>()
  const fault = (path: string, problem: string, fix: string): void => void faults.push({ path, problem, fix })
  return {
    fault,
    secret(path, value) {
      if (typeof value === 'string') return value
      variables.add(value.env)
      const held = env(value.env)
      if (held === null) fault(path, `is in the variable ${value.env}, which is not set`, `Set ${value.env}.`)
      return held ?? ''
    },
    template(path, text, allowed) {
      const reading = readTemplate(text)
      if ('problem' in reading) {
        fault(path, reading.problem, 'See the placeholders in docs/http-sms.md.')
        return []
      }
      const names = namesIn(reading.template)
      const wrong = allowed === null ? undefined : names.find((name) => !allowed.includes(name))
      if (wrong !== undefined) {
        fault(path, `names {${wrong}}, which cannot stand here`, `Only ${listed(allowed ?? [])} can.`)
      }
      if (names.includes('sender') && sender === null) {
        fault(path, 'names {sender}, and there is none for messages that name none', 'Set sender.')
      }
      return reading.template
    },
    faults: () => faults,
    variables: () => [...variables],
  }
}

function listed(names: readonly Placeholder[]): string {
  return names.map((name) => `{${name}}`).join(', ')
}
