import type { Config } from './config.ts'
import type { Log } from './log.ts'

/** What happened to one message, for the terminal: never more than a person at the machine may see. */
export interface LiveLine {
  readonly kind: 'captured' | 'sent' | 'delivered' | 'failed' | 'refused' | 'uncertain'
  readonly channel: 'sms' | 'push'
  readonly recipient: string
  /** The text with codes replaced by dots; empty where there is none. */
  readonly text: string
  readonly note: string
}

export interface App {
  /** `http://localhost:5000` */
  readonly url: string
  /** Stops in order: no new work, hands over what is under way, closes. Resolves when all is closed. */
  stop(): Promise<void>
  /** Submissions under way at this moment. */
  inFlight(): number
}

/** Wires everything and serves. The database is migrated already. */
export async function startApp(
  config: Config,
  databaseUrl: string,
  log: Log,
  onLine: (line: LiveLine) => void,
): Promise<App> {
  throw new Error(`not wired yet: ${typeof config}${typeof databaseUrl}${typeof log}${typeof onLine}`)
}
