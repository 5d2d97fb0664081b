import type { OptOutConfig } from '../settings/opt-out-values.ts'
import type { Dbs } from './dbs.ts'
import { startLoop, type LoopParts } from '../delivery/loop.ts'
import { parseContact } from '../domain/contact.ts'
import type { InboundSms, SmsProvider } from '../domain/provider.ts'
import type { StagingRules } from '../domain/staging.ts'
import type { ConsentGroup } from '../domain/consent.ts'
import { createConsent, createNoteRefusal, type NoteRefusal } from '../flows/inbound/consent.ts'
import type { KeywordAction } from '../domain/sms/keywords.ts'
import { createInboundFlow, type InboundTaken } from '../flows/inbound/inbound-sms.ts'
import type { HttpParts } from '../http/parts.ts'
import { readInbound } from '../store/inbound/read-inbound.ts'
import { refusing } from '../store/faults.ts'

/** What people send to us, and who of them wants nothing more. */
export interface Inbound {
  readonly http: Pick<HttpParts, 'inbound' | 'optOuts'>
  /** One text that is known to be genuine. Resolves after COMMIT. */
  take(inbound: InboundSms): Promise<void>
  readonly noteRefusal: NoteRefusal
  close(): Promise<void>
}

export interface InboundConfig {
  readonly optOuts: OptOutConfig
  readonly staging: StagingRules | null
  readonly defaultCountry: string | null
}

/** Who counts what comes. */
export interface InboundWatching {
  /** After COMMIT: a text that was not there before. `action`: what it asks for; null: nothing. */
  texted(provider: string, action: KeywordAction | null): void
  /** A provider called; null: it failed, and is to call again. */
  called(provider: string, taken: InboundTaken | null): void
}

export interface InboundParts extends LoopParts {
  readonly dbs: Pick<Dbs, 'work' | 'read'>
  readonly sms: readonly SmsProvider[]
  readonly senderGroupOf: (sender: string | null) => string
  readonly consentGroup: ConsentGroup
  /** The database's. */
  readonly clock: () => Date
  /** After COMMIT: something came. */
  readonly hint: () => void
  readonly watching: InboundWatching
}

const JOIN_MS = 60_000

export function openInbound(config: InboundConfig, parts: InboundParts): Inbound {
  const { dbs, log, senderGroupOf, clock, watching } = parts
  const { optOuts, staging, defaultCountry } = config
  const flow = createInboundFlow({
    db: dbs.work,
    log,
    providers: new Map(parts.sms.map((provider) => [provider.name, provider])),
    senderGroupOf,
    replies: optOuts,
    staging,
    clock,
    onTaken(provider, stored) {
      parts.hint()
      for (const action of stored) watching.texted(provider, action)
    },
  })
  const joining = startLoop('inbound', JOIN_MS, () => flow.joinOld(), parts)
  return {
    http: {
      inbound: {
        async accept(provider, callback) {
          try {
            const taken = await flow.accept(provider, callback)
            watching.called(provider, taken)
            return taken
          } catch (error) {
            watching.called(provider, null)
            throw error
          }
        },
        list: ({ contact, ...query }, limit, before) =>
          refusing(() => readInbound(dbs.read, { ...query, contact: spelt(contact, defaultCountry) }, limit, before)),
      },
      optOuts: createConsent({ db: dbs.work, readDb: dbs.read, defaultCountry }),
    },
    take: (inbound) => flow.take(inbound),
    noteRefusal: createNoteRefusal(dbs.work, parts.consentGroup),
    close: () => joining.stop(),
  }
}

/** A number as it is stored; what is none, a short code or a name, as it is. */
function spelt(contact: string | null, defaultCountry: string | null): string | null {
  if (contact === null) return null
  const reading = parseContact(contact, defaultCountry)
  return reading.kind === 'contact' ? reading.contact : contact
}
