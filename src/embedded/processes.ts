import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** Whether a process with this id runs. A zombie, which nobody has reaped yet, does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  const stat = readStat(pid)
  return stat === null || stat.state !== 'Z'
}

/** When a process began, as a word that a later one with the same id doesn't have. Null where the system doesn't tell. */
export function startMark(pid: number): string | null {
  if (process.platform === 'win32') return null
  return process.platform === 'linux' ? (readStat(pid)?.startedTicks ?? null) : psStart(pid)
}

/** What process ids mean something in: this boot and this container. One word for all of the machine where the system doesn't tell. */
export function processWorld(): string {
  const boot = readText('/proc/sys/kernel/random/boot_id')?.trim()
  return boot === undefined ? 'one' : `${boot} ${readLink('/proc/self/ns/pid')}`
}

/** The processes whose working directory this is: all of a Postgres's, also those that outlived a killed postmaster. Linux only, else null. */
export function processesWorkingIn(directory: string): readonly number[] | null {
  if (process.platform !== 'linux') return null
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return ids.filter((id) => readLink(`/proc/${id}/cwd`) === directory).map(Number)
}

/** Asks every `everyMs` until the answer is yes; false when it never was within `timeoutMs`. */
export async function until(answer: () => boolean, everyMs: number, timeoutMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs <= timeoutMs; waitedMs += everyMs) {
    if (answer()) return true
    await delay(everyMs)
  }
  return answer()
}

/** Source: proc(5), /proc/pid/stat: fields 3 (state) and 22 (starttime); field 2 is in parentheses and may hold anything. */
function readStat(pid: number): { state: string; startedTicks: string } | null {
  const text = readText(`/proc/${pid}/stat`)
  if (text === null) return null
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, startedTicks] = [fields[0], fields[19]]
  return state === undefined || startedTicks === undefined ? null : { state, startedTicks }
}

function psStart(pid: number): string | null {
  try {
    const text = execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 2_000 })
    return text.trim() === '' ? null : text.trim()
  } catch {
    return null
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function readLink(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}
