import { randomBytes } from 'node:crypto'
import { adoptedSentence } from './adopted.ts'
import { asksForKeys, liveProviders, type Config } from '../settings/config.ts'
import { isLoopback } from '../wiring/place.ts'
import { lostDatabase, openDatabase } from '../wiring/database.ts'
import { runningUrl } from '../embedded/postgres.ts'
import { StartRefusal } from '../embedded/refusal.ts'
import { keepHeapSmall } from './heap.ts'
import { makeFirstKey, type FirstKey } from './first-key.ts'
import type { LiveLine } from '../wiring/live-lines.ts'
import type { Log } from '../wiring/log.ts'
import { portProblem } from './port.ts'
import { CHANNEL_NAMES } from '../domain/push/push-ways.ts'
import type { SmsProviderSettings } from '../settings/provider-settings.ts'
import { pushWaysOf } from '../settings/push-ways.ts'
import { checkSecretKeys } from './secret-key-check.ts'
import { openSecretKey } from './secret-key.ts'
import { stagingSentence } from '../domain/staging.ts'
import type { Adopted } from '../store/nodes/adopt-rows.ts'
import type { Terminal } from './terminal.ts'
import { openVapidKeys } from './vapid-keys.ts'

export interface ServeParts {
  readonly config: Config
  readonly version: string
  readonly log: Log
  /** Null: JSON lines only. */
  readonly terminal: Terminal | null
  /** Resolves when we are told to stop. */
  readonly told: Promise<void>
  /** Seconds since the process began. */
  readonly uptime: () => number
  readonly platform: string
}

/** Serves until told to stop, and hands over what is under way. Throws a StartRefusal for what the operator must mend. */
export async function serve(parts: ServeParts): Promise<void> {
  const { config, log, terminal, told } = parts
  keepHeapSmall()
  await refuseTakenPort(parts)
  // The server's code loads while Postgres starts.
  const loading = import('../wiring/app.ts')
  const database = await openDatabase(config, (line) => log.error({ event: 'database.restarted' }, line))
  tellAdopted(parts, database.adopted)
  try {
    const { startApp } = await loading
    const secretKey = openSecretKey(config, randomBytes)
    const otherKeys =
      secretKey === null ? null : await checkSecretKeys(database.url, [secretKey, ...config.previousSecretKeys])
    if (otherKeys !== null) log.warn({ event: 'secret_key' }, otherKeys)
    const lines = heldBack((line: LiveLine) => terminal?.live(line))
    const webPush = { ...config.webPush, keys: openVapidKeys(config) }
    const app = await startApp({
      config: { ...config, webPush },
      databaseUrl: database.url,
      databaseFiles: database.files,
      secretKey,
      version: parts.version,
      log,
      onLine: terminal && lines.take,
    }).catch((error: unknown) => {
      throw refusal(error, config, parts.platform) ?? error
    })
    const firstKey = asksForKeys(config) ? await makeFirstKey(app.keys, config.dataDir, terminal !== null, log) : null
    const signIn = terminal !== null && asksForKeys(config) ? await app.makeSignIn() : null
    announce(parts, app.url, database.label, firstKey, signIn)
    lines.release()
    await told
    farewell(parts, app.inFlight())
    await app.stop()
  } finally {
    await database.stop()
  }
}

function tellAdopted({ log, terminal }: ServeParts, adopted: Adopted | null): void {
  if (adopted === null) return
  const sentence = adoptedSentence(adopted)
  terminal?.note(sentence)
  log.info({ event: 'database.adopted', ...adopted }, sentence)
}

/**
 * Before a cluster is made that nobody will use. Where another Tidings runs in the directory, that is the better reason, and told
 * by the database.
 */
async function refuseTakenPort({ config, platform }: ServeParts): Promise<void> {
  if (config.databaseUrl !== null || runningUrl(config.dataDir) !== null) return
  const problem = refusal(await portProblem(config.host, config.port), config, platform)
  if (problem !== null) throw problem
}

/** What an earlier process left is sent while the server opens; its lines come after the first screen. */
function heldBack<Line>(show: (line: Line) => void): { take(line: Line): void; release(): void } {
  let held: Line[] | null = []
  return {
    take: (line) => (held === null ? show(line) : void held.push(line)),
    release() {
      held?.forEach(show)
      held = null
    },
  }
}

function announce(parts: ServeParts, url: string, data: string, firstKey: FirstKey, signIn: string | null): void {
  const { config, version, log, terminal, uptime } = parts
  const sms = config.sms.length === 0 ? null : config.sms.map(titleOf).join(', ')
  const push = pushTitle(config)
  const openTo = isLoopback(config.host) ? null : config.host
  const newKey = firstKey?.kind === 'shown' ? firstKey.key : null
  terminal?.banner({ signIn, version, url, sms, push, data, openTo, asksForKeys: asksForKeys(config), newKey })
  const seconds = uptime()
  terminal?.ready(seconds)
  log.info(
    { event: 'ready', version, url, open_to: openTo, data, sms: sms ?? 'captured', push: push ?? 'captured', seconds },
    'ready',
  )
  warn(parts, firstKey)
}

/** `FCM (2 projects), Web Push`; null: pushes are captured. */
function pushTitle(config: Config): string | null {
  const { all } = pushWaysOf(config)
  const titles = [...new Set(all.map(({ channel }) => channel))].map((channel) => {
    const { length } = all.filter((way) => way.channel === channel)
    return length === 1 ? CHANNEL_NAMES[channel] : `${CHANNEL_NAMES[channel]} (${length} projects)`
  })
  return titles.length === 0 ? null : titles.join(', ')
}

/** As people write it, where its name says no more than what it is. */
function titleOf({ name, type }: SmsProviderSettings): string {
  return name === type ? TITLES[type] : name
}

const TITLES: Readonly<Record<SmsProviderSettings['type'], string>> = {
  twilio: 'Twilio',
  smpp: 'SMPP',
  vonage: 'Vonage',
  http: 'HTTP',
}

/** What whoever runs it has to know about who may call. */
function warn({ config, log }: ServeParts, firstKey: FirstKey): void {
  if (firstKey?.kind === 'written') {
    const { file } = firstKey
    log.warn(
      { event: 'key.first', file },
      `the first API key, with every scope, is in ${file}: take it, and delete the file`,
    )
  }
  if (config.staging !== null) log.warn({ event: 'staging' }, stagingSentence(config.staging))
  if (config.auth !== 'off' || liveProviders(config).length === 0) return
  const who = isLoopback(config.host) ? 'every program of this machine' : `whoever reaches HOST=${config.host}`
  log.warn(
    { event: 'auth.off' },
    `AUTH=off: ${who} can send through your provider, at your cost, and read every message, without a key`,
  )
}

function farewell({ log, terminal }: ServeParts, inFlight: number): void {
  const what = inFlight === 0 ? 'Nothing is under way.' : `${inFlight} being handed over.`
  terminal?.note(`Stopping. ${what} Ctrl-C again stops at once.`)
  log.info({ event: 'stopping', in_flight: inFlight }, 'stopping')
}

/** What a person can mend where the start failed. */
function refusal(error: unknown, config: Config, platform: string): StartRefusal | null {
  const { port, host } = config
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'EADDRINUSE') return new StartRefusal(`Port ${port} is in use. ${portFix(port, platform)}`)
  if (code === 'EACCES')
    return new StartRefusal(`Port ${port} needs more rights than this user has; start with PORT=5000.`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new StartRefusal(
      `HOST=${host} is no address of this machine; unset it, or set HOST=0.0.0.0 for all of them.`,
    )
  }
  return lostDatabase(error, config)
}

function portFix(port: number, platform: string): string {
  const other = `start with another one: PORT=${port + 1} npm start`
  if (platform !== 'darwin' || port !== 5000) return `Stop what uses it, or ${other}`
  return `On a Mac it may be AirPlay Receiver (System Settings, General, AirDrop & Handoff): switch it off, or ${other}`
}
