import type { Logger } from 'pino'
import type { Alert } from './outcomes.ts'
import type { Oddity } from './session-parts.ts'
import { statusName } from './statuses.ts'

/** What somebody is to know of, said as often as is of use. Nothing in it names a person or a text. */
export interface Alerts {
  /** A status that says more than that one message was refused. */
  refused(alert: Alert, status: number, octets: number): void
  odd(oddity: Oddity): void
}

/** The same again within this is not said. */
const QUIET_MS = 60_000

/** A sender or an account that does not do is said once: nothing about it changes by itself. */
const ONCE: readonly Alert[] = ['sender', 'unknown-code']

const SENTENCES: Record<Alert, string> = {
  sender: 'the SMSC refuses a sender: what is sent from it fails',
  addressing: 'the SMSC refuses how numbers are addressed (dest_addr_ton, dest_addr_npi)',
  'our-bug': 'the SMSC refuses what was written to it as wrong: a bug, or an option that it does not know',
  session: 'the SMSC says that it could not read a command; the bind is made anew',
  account: 'the SMSC refuses the account',
  'unknown-code': 'the SMSC refused with a status that nobody knows; it is taken as for good',
}

export function createAlerts(provider: string, log: Logger, monotonic: () => number): Alerts {
  const saidAt = new Map<string, number>()

  function isNew(key: string, once: boolean): boolean {
    const before = saidAt.get(key)
    if (before !== undefined && (once || monotonic() - before < QUIET_MS)) return false
    saidAt.set(key, monotonic())
    return true
  }
  return {
    refused(alert, status, octets) {
      if (!isNew(`${alert} ${status}`, ONCE.includes(alert))) return
      // Of the PDU only what its header says.
      const pdu = { command: 'submit_sm', octets }
      log.error({ event: 'smpp.alert', provider, status: statusName(status), pdu }, SENTENCES[alert])
    },
    odd({ kind, command, ...more }) {
      // There are as many unknown commands as numbers: they share one line.
      const key = kind === 'unknown' ? kind : `${kind} ${command}`
      if (isNew(key, false)) log.warn({ event: `smpp.${kind}`, provider, command, ...more }, ODD[kind])
    },
  }
}

const ODD: Record<Oddity['kind'], string> = {
  unmatched: 'the SMSC answered what nobody had asked, or had been answered',
  malformed: 'the SMSC sent a PDU that can not be read',
  unknown: 'the SMSC sent a command that nobody knows',
}
