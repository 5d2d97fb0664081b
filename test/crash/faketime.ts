import { existsSync } from 'node:fs'

/** Debian's, for programs with threads; one for each machine. */
const LIBRARIES = ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`)

/** Why clocks can't be set on this machine; null: they can. */
export function lacksFaketime(): string | null {
  return LIBRARIES.some((path) => existsSync(path)) ? null : 'there is no libfaketime (apt-get install faketime)'
}

/** A process with this environment has the clock that the file says, as soon as it says so: `+3600` is an hour ahead. Timers don't change. */
export function clockFrom(file: string): Record<string, string> {
  return { ...library(), FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1' }
}

/** A process with this environment has a clock that is so many seconds ahead. */
export function clockAhead(seconds: number): Record<string, string> {
  return { ...library(), FAKETIME: `+${seconds}` }
}

function library(): Record<string, string> {
  return { LD_PRELOAD: LIBRARIES.find((path) => existsSync(path)) ?? '', FAKETIME_DONT_FAKE_MONOTONIC: '1' }
}
