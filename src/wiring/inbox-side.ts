import type { Channels } from './channels.ts'
import type { Dbs } from './dbs.ts'
import { createInbox, type Inbox } from '../flows/inbox/inbox.ts'
import type { Config } from '../settings/config.ts'
import type { Log } from './log.ts'
import { chance, monotonic, pause } from './world.ts'

/** What the sandbox took, to be looked at. */
export function openInbox(config: Config, log: Log, dbs: Dbs, channels: Channels): Inbox {
  return createInbox({
    db: dbs.inbox,
    workDb: dbs.work,
    log,
    now: monotonic,
    sleep: pause,
    chance,
    defaultCountry: config.defaultCountry,
    report: (attempt, life) => channels.sandboxSms.play(attempt, life),
  })
}
