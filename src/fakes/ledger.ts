import { closeSync, openSync, writeSync } from 'node:fs'

/** A file that gets one JSON line for each thing taken. */
export interface Ledger {
  write(line: Readonly<Record<string, unknown>>): void
  close(): void
}

/** Written at once and appended, so that a line survives this process. Null: none is kept. */
export function createLedger(path: string | null): Ledger {
  if (path === null) return { write: () => undefined, close: () => undefined }
  const file = openSync(path, 'a')
  return {
    write: (line) => void writeSync(file, `${JSON.stringify(line)}\n`),
    close: () => closeSync(file),
  }
}
