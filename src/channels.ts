import type { Config, FcmConfig, TwilioConfig } from './config.ts'
import type { PushProvider, Receipt, SmsProvider } from './domain/provider.ts'
import { createHttp2Pool } from './http2/pool.ts'
import type { Log } from './log.ts'
import { readCredentials } from './providers/fcm/credentials.ts'
import { createFcm } from './providers/fcm/provider.ts'
import { createHttpCall } from './providers/http-call.ts'
import { createSandboxPush, createSandboxSms, type SandboxSms } from './providers/sandbox.ts'
import { createTwilio, TWILIO_WINDOW } from './providers/twilio.ts'

/** Every provider this process has, and the one that each channel goes through now. */
export interface Channels {
  readonly sms: readonly SmsProvider[]
  readonly push: readonly PushProvider[]
  readonly smsNow: SmsProvider
  readonly pushNow: PushProvider
  readonly sandboxSms: SandboxSms
}

export interface ChannelParts {
  readonly log: Log
  readonly now: () => Date
  /** The database's. */
  readonly clock: () => Date
  /** Monotonic, in milliseconds. */
  readonly monotonic: () => number
  /** 0..1 */
  readonly chance: () => number
  readonly after: (ms: number, run: () => void) => void
  /** Nodes that share a provider's rate. */
  readonly nodes: () => number
  readonly onReceipt: (receipt: Receipt) => void
}

/** The sandbox is always there: it finishes what was captured before a provider was set. */
export function openChannels(config: Config, parts: ChannelParts): Channels {
  const sandboxSms = createSandboxSms(parts)
  const sandboxPush = createSandboxPush(parts)
  const sms = config.twilio === null ? [] : [openTwilio(config.twilio, config.publicUrl, parts)]
  const push = config.fcm === null ? [] : [openFcm(config.fcm, parts)]
  return {
    sms: [...sms, sandboxSms],
    push: [...push, sandboxPush],
    smsNow: sms[0] ?? sandboxSms,
    pushNow: push[0] ?? sandboxPush,
    sandboxSms,
  }
}

/** Those that messages leave the machine through. */
export function liveOnes(
  { twilio, fcm }: Config,
  { smsNow, pushNow }: Channels,
): readonly (SmsProvider | PushProvider)[] {
  return [...(twilio === null ? [] : [smsNow]), ...(fcm === null ? [] : [pushNow])]
}

/** The Firebase project that pushes go out through; null where it is not known, or nothing goes out. */
export function pushProjectOf({ fcm }: Config): string | null {
  const project = fcm?.credentials?.['project_id']
  return typeof project === 'string' ? project : null
}

function openTwilio(config: TwilioConfig, publicUrl: string | null, { now }: ChannelParts): SmsProvider {
  return createTwilio({ ...config, publicUrl }, { call: createHttpCall({ connections: TWILIO_WINDOW }), now })
}

/** Calls to a token endpoint at once: there is one project, and one refresh at a time. */
const TOKEN_CONNECTIONS = 2

function openFcm(config: FcmConfig, parts: ChannelParts): PushProvider {
  const reading = readCredentials(config.credentials)
  if (reading.kind === 'problem') throw new Error(`FCM: ${reading.problem}`)
  return createFcm(
    { credentials: reading.credentials, messagesPerMinute: config.messagesPerMinute, rampSeconds: config.rampSeconds },
    {
      ...parts,
      http2: createHttp2Pool({ origin: config.baseUrl }, parts),
      call: createHttpCall({ connections: TOKEN_CONNECTIONS }),
      warn: (sentence) => parts.log.warn({ event: 'fcm.token' }, sentence),
    },
  )
}
