import { readFileSync } from 'node:fs'
import { CliRefusal, type Surroundings } from './command.ts'

/**
 * A secret: of the variable `name`, else of the file that `name`_FILE names; null: neither is set. Never an argument: those are seen by every
 * user of the machine, and kept by the shell. Throws a CliRefusal for a file that can't be read, or is empty.
 */
export function secretIn(env: Surroundings['env'], name: string): string | null {
  const [secret, file] = [given(env[name]), given(env[`${name}_FILE`])]
  return secret ?? (file === null ? null : readSecret(`${name}_FILE`, file))
}

/** Without blanks around it; null: it isn't set, or blank. */
export function given(value: string | undefined): string | null {
  const trimmed = value?.trim() ?? ''
  return trimmed === '' ? null : trimmed
}

function readSecret(name: string, file: string): string {
  const text = given(textOf(name, file))
  if (text === null) throw new CliRefusal(`${name}=${file} is empty.`)
  return text
}

function textOf(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new CliRefusal(`${name}=${file} can't be read.`)
  }
}
