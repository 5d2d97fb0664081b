import type { Config, FirebaseConfig } from '../settings/config.ts'
import {
  SANDBOX,
  type InboundSms,
  type PushProvider,
  type Receipt,
  type SmsProvider,
  type UnreadableReceipt,
} from '../domain/provider.ts'
import { projectName, type PushWays } from '../domain/push/push-ways.ts'
import { openFirebase } from './firebase.ts'
import type { Log } from './log.ts'
import type { SmsProviderSettings } from '../settings/provider-settings.ts'
import { createHttpCall, type HttpCall } from '../providers/http-call.ts'
import { createHttpSms } from '../providers/http-sms.ts'
import { createSandboxPush, createSandboxSms, type SandboxSms } from '../providers/sandbox.ts'
import { createSmpp } from '../providers/smpp/provider.ts'
import { createTwilio, TWILIO_WINDOW } from '../providers/twilio.ts'
import { createVonage, VONAGE_WINDOW } from '../providers/vonage.ts'
import { pushWaysOf } from '../settings/push-ways.ts'
import { openApns } from './apns.ts'

/** Every provider this process has, and the ways that pushes go now. */
export interface Channels {
  readonly sms: readonly SmsProvider[]
  /** One for each of the ways, and the sandbox. */
  readonly push: readonly PushProvider[]
  readonly ways: PushWays
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
  readonly after: (ms: number, run: () => void) => () => void
  /** Null: pushes to browsers are captured. */
  readonly webPush: PushProvider | null
  /** Nodes that share a provider's rate. */
  readonly nodes: () => number
  readonly onReceipt: (receipt: Receipt) => void
  /** For providers that hold sessions: resolves after COMMIT, rejects when it could not be stored. */
  readonly takeReceipt: (receipt: Receipt) => Promise<void>
  /** The same for texts that come in. */
  readonly takeInbound: (inbound: InboundSms) => Promise<void>
  /** And for what was marked as a receipt and can't be read. */
  readonly takeUnreadable: (receipt: UnreadableReceipt) => Promise<void>
}

/** The sandbox is always there: it finishes what was captured before a provider was set. */
export function openChannels(
  config: Pick<Config, 'sms' | 'fcmProjects' | 'webPush' | 'apns' | 'publicUrl'>,
  parts: ChannelParts,
): Channels {
  const sandboxSms = createSandboxSms({
    ...parts,
    onInbound: (inbound) =>
      void parts
        .takeInbound(inbound)
        .catch((error: unknown) => parts.log.warn({ event: 'inbound.failed', err: error }, 'a text was not stored')),
  })
  const sandboxPush = createSandboxPush(parts)
  const sms = config.sms.map((settings) => openSms(settings, config.publicUrl, parts))
  const fcm = openFirebase(config, parts)
  const push = [...fcm, parts.webPush, openApns(config, parts)].filter((one) => one !== null)
  return {
    sms: [...sms, sandboxSms],
    push: [...push, sandboxPush],
    ways: pushWaysOf(config),
    sandboxSms,
  }
}

/** Those that messages leave the machine through. */
export function liveOnes({ sms, push }: Pick<Channels, 'sms' | 'push'>): readonly (SmsProvider | PushProvider)[] {
  return [...sms, ...push].filter(({ name }) => name !== SANDBOX)
}

/** The Firebase project of the page that registers a browser: that of its web app, or the usual one; and how a call names it, where it must. */
export function pageProject(
  { all, usual }: PushWays,
  { projectId }: Pick<FirebaseConfig, 'projectId'>,
): { readonly pushProject: string | null; readonly callProject: string | null } {
  const own = all.find(({ channel, project }) => channel === 'fcm' && project === projectId) ?? usual
  const callProject = own === null || own === usual ? null : projectName(own.name)
  return { pushProject: own?.project || null, callProject }
}

/** Where a push with no addresses of its own is shown to go. */
export function pushNow({ all, usual }: PushWays): string {
  return usual?.name ?? all[0]?.name ?? SANDBOX
}

function openSms(provider: SmsProviderSettings, publicUrl: string | null, parts: ChannelParts): SmsProvider {
  const { name } = provider
  const { now } = parts
  const calls = (connections: number, totalMs?: number): { call: HttpCall; now: () => Date } => ({
    call: createHttpCall({ connections, ...(totalMs === undefined ? {} : { totalMs, headersMs: totalMs }) }),
    now,
  })
  switch (provider.type) {
    case 'twilio':
      return createTwilio({ ...provider.settings, name, publicUrl }, calls(TWILIO_WINDOW))
    case 'vonage':
      return createVonage({ ...provider.settings, name, publicUrl }, calls(VONAGE_WINDOW))
    case 'http':
      return createHttpSms(
        { settings: provider.settings, name, publicUrl },
        calls(provider.settings.window, provider.settings.timeoutMs),
      )
    case 'smpp':
      return createSmpp({ ...provider.settings, name }, parts)
  }
}
