import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Access } from './access.ts'
import { pageProject, pushNow } from './channels.ts'
import { openControl, pauseWarnings, routeWarnings } from './control.ts'
import { openCore, type Core, type CoreParts } from './core.ts'
import { SANDBOX } from '../domain/provider.ts'
import { createDevicePush } from '../flows/push/device-push.ts'
import { createFoundPush } from '../flows/push/found-push.ts'
import { createTopicPush } from '../flows/push/topic-push.ts'
import { createRateLimiter } from '../http/limits.ts'
import { listen } from '../http/listen.ts'
import type { HttpParts } from '../http/parts.ts'
import { createServer } from '../http/server.ts'
import { checkNode } from './node-checks.ts'
import { isLoopback, portOf, urlOf } from './place.ts'
import { checkReady } from './ready.ts'
import { alarmWarnings } from './ruling.ts'
import { createRouteLook } from './route-look.ts'
import { openSending, type Sending } from './sending.ts'
import { after, chance, monotonic, now } from './world.ts'

export interface App {
  /** `http://localhost:5000` */
  readonly url: string
  /** Stops in order: no new work, hands over what is under way, closes. Resolves when all is closed. */
  stop(): Promise<void>
  /** Submissions under way at this moment. */
  inFlight(): number
  readonly keys: Access['keys']
  makeSignIn: Access['makeSignIn']
}

/** For a load balancer to see that this node is not ready any more, before it stops listening. */
const NOT_READY_MS = 5_000

/** From the sources as from what is built of them. */
const PAGES = fileURLToPath(new URL('../../dist/web', import.meta.url))

/** Wires everything and serves. */
export async function startApp(parts: CoreParts): Promise<App> {
  const { config, log } = parts
  // With PORT=0 the port is known only once it listens.
  const state = { stopping: false, port: config.port }
  const core = await openCore(parts, () => state.port)
  const sending = openSide(parts, core)
  const server = createServer(httpParts(parts, core, sending, () => state.stopping))
  try {
    await listen(server, config.host, config.port, { log, newRequestId: () => randomUUID() })
  } catch (error) {
    await server.close()
    await sending.close()
    await core.close()
    throw error
  }
  state.port = portOf(config, server.addresses())
  return {
    url: urlOf(config, server.addresses()),
    inFlight: () => core.delivery.inFlight(),
    keys: core.access.keys,
    makeSignIn: () => core.access.makeSignIn(),
    async stop() {
      state.stopping = true
      // Whoever asks over the loopback addresses is no load balancer.
      if (config.host !== null) await sleep(NOT_READY_MS)
      await server.close()
      await sending.close()
      await core.close()
    },
  }
}

/** What the core’s parts have for callers, each under its own names. */
function sidesOf(core: Core) {
  const { access, past, devices, topics, webhooks, inbound, ruling } = core
  return {
    ...access.http,
    ...past.http,
    ...devices.http,
    ...topics.http,
    ...webhooks.http,
    ...inbound.http,
    ...core.evidence.http,
    ...openControl(core).http,
    ...ruling.http,
  }
}

/** Pushes to devices that are looked up. */
function foundPushes(
  { dbs, devices, channels }: Core,
  push: HttpParts['push'],
): Pick<HttpParts, 'devicePush' | 'topicPush'> {
  const found = createFoundPush(push)
  return {
    devicePush: createDevicePush(devices.http.tokens, found),
    topicPush: createTopicPush({ readDb: dbs.read, ways: channels.ways, found }),
  }
}

function openSide({ config, log, onLine }: CoreParts, core: Core): Sending {
  const { dbs, channels, outcomes, delivery, watching, routing, ruling, consentGroup, evidence } = core
  const metered = { ...delivery, intake: watching.intake(delivery.intake) }
  const ways = { dbs, channels, routing, ruling, consentGroup, evidence }
  return openSending({ config, log, ...ways, delivery: metered, outcomes, onLine, monotonic, after, chance })
}

function httpParts(
  { config, log, version }: CoreParts,
  core: Core,
  sending: Sending,
  isStopping: () => boolean,
): HttpParts {
  const { dbs, channels, inbox, delivery, watching, routing, ruling } = core
  return {
    log,
    version,
    ...sending.http,
    receipts: watching.callbacks(core.receipts),
    ...watching.http,
    ...sidesOf(core),
    ...foundPushes(core, sending.http.push),
    inbox,
    health: {
      ready: () => checkReady(dbs.read, delivery.lease, now),
      look: () =>
        checkNode({
          config,
          db: dbs.read,
          lease: delivery.lease,
          failures: () => core.checks.failures(),
          proposals: () => core.receipts.proposals(),
          routing,
          alarms: ruling.alarms,
          now,
        }),
      warnings: () => [
        ...core.checks.failures(),
        ...core.receipts.proposals(),
        ...pauseWarnings(delivery.pauses()),
        ...routeWarnings(routing.standing()),
        ...alarmWarnings(ruling.alarms()),
      ],
    },
    smsRoutes: createRouteLook(config, { routing, shares: core.past.shares, now }),
    room: core.backlog,
    rateLimiter: createRateLimiter(dbs.accept, config.smsRateLimitPerMinute),
    publicUrl: config.publicUrl,
    loopbackOnly: isLoopback(config.host),
    channels: {
      sms: { provider: config.sms.map(({ name }) => name).join(', ') || SANDBOX, capturing: config.sms.length === 0 },
      push: { provider: pushNow(channels.ways), capturing: channels.ways.all.length === 0 },
    },
    device: {
      keys: config.firebase,
      ...pageProject(channels.ways, config.firebase),
      webPushKey: config.webPush.keys?.publicKey ?? null,
    },
    pages: existsSync(PAGES) ? PAGES : null,
    isStopping,
    newRequestId: () => randomUUID(),
    chance,
    now: monotonic,
  }
}
