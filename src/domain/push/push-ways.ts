import { SANDBOX } from '../provider.ts'

/** The kinds of addresses, each with push services of its own. */
export type PushChannel = 'fcm' | 'webpush' | 'apns'

/** One way that pushes leave by. */
export interface PushWay {
  /** Its provider's. */
  readonly name: string
  readonly channel: PushChannel
  /** What its addresses belong to: a Firebase project’s id; empty: it is not known. An address that turns out to be another’s is marked with it. */
  readonly project: string
  /** Devices that were registered for one of these apps are its own. */
  readonly apps: readonly string[]
}

export interface PushWays {
  /** Empty: every push is captured. */
  readonly all: readonly PushWay[]
  /** For FCM’s addresses whose app is no project’s own; null: there is no Firebase project. */
  readonly usual: PushWay | null
}

/** Every push is captured. */
export const NO_WAYS: PushWays = { all: [], usual: null }

/** Pushes leave through one Firebase project alone; whatever its name, it is FCM’s. */
export function onlyWay(name: string, project = ''): PushWays {
  return name === SANDBOX ? NO_WAYS : toPushWays([{ name, channel: 'fcm', project, apps: [] }])
}

/** `usual`: a provider’s name; without it the first of Firebase’s projects is the usual one. */
export function toPushWays(all: readonly PushWay[], usual: string | null = null): PushWays {
  const firebase = all.filter(({ channel }) => channel === 'fcm')
  return { all, usual: firebase.find(({ name }) => name === usual) ?? firebase[0] ?? null }
}

/** Addresses of other services than FCM begin with a word of ours. */
export function channelOf(address: string): PushChannel {
  if (address.startsWith('webpush:')) return 'webpush'
  return address.startsWith('apns:') ? 'apns' : 'fcm'
}

/** `app`: what the device was registered for; null: nobody said. Null: nothing is set for addresses like this one. */
export function wayOf({ all, usual }: PushWays, address: string, app: string | null): PushWay | null {
  const channel = channelOf(address)
  if (channel !== 'fcm') return all.find((way) => way.channel === channel) ?? null
  if (app === null || all.length === 1) return usual
  return all.find((way) => way.channel === 'fcm' && way.apps.includes(app)) ?? usual
}

/** As calls and FCM_PROJECTS_FILE name the Firebase project of a provider. */
export function projectName(provider: string): string {
  return provider === 'fcm' ? provider : provider.slice('fcm-'.length)
}

/** The names that a call may give a project. */
export function projectNames({ all }: PushWays): readonly string[] {
  return all.filter(({ channel }) => channel === 'fcm').map(({ name }) => projectName(name))
}

/** The same ways, with the project that a call names as the usual one; null: there is none of that name. */
export function withProject(ways: PushWays, project: string): PushWays | null {
  const usual = ways.all.find(({ channel, name }) => channel === 'fcm' && projectName(name) === project)
  return usual === undefined ? null : { ...ways, usual }
}

/**
 * Of the ways that one push goes by, the one it is shown with: Firebase’s first. A node of the
 * release before knows a push by this one alone, and has none but `fcm`, which therefore stands first in `all`.
 */
export function mainWay({ all, usual }: PushWays, used: ReadonlySet<string>): string {
  const [first] = all.filter(({ name }) => used.has(name))
  return first?.name ?? usual?.name ?? all[0]?.name ?? SANDBOX
}

/** By which the project of an address is told in SQL: the usual one, and those of prefixes and apps that have others. */
export interface AddressProjects {
  readonly usual: string
  /** By `webpush:`, `apns:`, or `app:` with the app behind it. */
  readonly others: Readonly<Record<string, string>>
}

export function projectsOf({ all, usual }: PushWays): AddressProjects {
  const others: Record<string, string> = {}
  for (const { channel, project, apps } of all) {
    if (channel !== 'fcm') others[`${channel}:`] = project
    else for (const app of apps) others[`app:${app}`] ??= project
  }
  return { usual: usual?.project ?? '', others }
}

/** What to set so that addresses of this kind can be reached. */
const NEEDED: Readonly<Record<PushChannel, string>> = {
  fcm: 'FCM_SERVICE_ACCOUNT, or FCM_PROJECTS_FILE',
  webpush: 'WEBPUSH_VAPID_SUBJECT, WEBPUSH_VAPID_PUBLIC_KEY and WEBPUSH_VAPID_PRIVATE_KEY',
  apns: 'APNS_KEY, APNS_KEY_ID, APNS_TEAM_ID and APNS_TOPIC',
}

/** As people write them. */
export const CHANNEL_NAMES: Readonly<Record<PushChannel, string>> = { fcm: 'FCM', webpush: 'Web Push', apns: 'APNs' }

/** Why nothing is sent to addresses of this kind, as a sentence. */
export function noWaySentence(channel: PushChannel): string {
  return `It is reached through ${CHANNEL_NAMES[channel]}, and no provider is set for that: set ${NEEDED[channel]}.`
}
