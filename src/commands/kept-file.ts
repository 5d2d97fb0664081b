import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { StartRefusal } from '../embedded/refusal.ts'

/**
 * The one line of a secret file, which is made when it is not there: it appears whole or not at all, and of two processes that make it at
 * once the first one's counts. `variable`: what may be set instead. Throws a StartRefusal where the file can't be used.
 */
export function keepOrMake(file: string, draw: () => string, variable: string): string {
  const read = (): string | null => {
    try {
      return readFileSync(file, 'utf8').trim()
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null
      throw unusable(file, error, variable)
    }
  }
  const kept = read()
  if (kept !== null) return kept
  const [mine, secret] = [`${file}.${process.pid}`, draw()]
  try {
    writeFileSync(mine, `${secret}\n`, { mode: 0o600 })
    linkSync(mine, file)
    return secret
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw unusable(file, error, variable)
    return read() ?? secret
  } finally {
    rmSync(mine, { force: true })
  }
}

function unusable(file: string, error: unknown, variable: string): StartRefusal {
  return new StartRefusal(`${file} can't be read or written (${codeOf(error)}); see who may, or set ${variable}.`)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
