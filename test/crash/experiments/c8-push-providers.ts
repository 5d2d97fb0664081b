import { statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'
import { until } from '../../support/until.ts'
import { onBench, type Bench } from '../bench.ts'
import { check } from '../checker.ts'
import type { Addresses } from '../cluster.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import type { Copy, Facts } from '../facts.ts'
import { makePush, type Call } from '../plan.ts'
import { COURIER_APP, readTaken, startPushProviders, WAYS, type PushProviders, type Way } from '../push-providers.ts'

/** Of each push: devices by the way they are reached. */
const TARGETS: Readonly<Record<Way, number>> = { main: 600, courier: 600, apns: 600, web: 60 }
const FULL = { pushes: 6, everyMs: 1_500 }
const SMALL = { pushes: 4, everyMs: 1_000 }

/** Devices that are registered in one call, browsers that are at once. */
const REGISTERED = 1_000
const AT_ONCE = 8

/** A node comes back after a kill and takes what there is. */
const SENDING_MS = 60_000

export const C8: Experiment = {
  id: 'C8',
  title: `the only node is killed ${WAYS.length} times, while it sends to one Firebase project, to another, to Apple and to browsers`,
  goal: 'for each way: lost 0, doubled only in doubt and within the window; none by another way than its own; recovery ≤ 60 s',
  rounds: 2,
  run: (context) => killSending(context),
}

/** The devices of one round. */
interface Devices {
  readonly ways: ReadonlyMap<string, Way>
  /** Of each push. */
  readonly pushes: readonly (readonly string[])[]
  /** Of browsers, by the id of their subscription. */
  readonly browsers: ReadonlyMap<string, string>
}

async function killSending(context: Context): Promise<Result> {
  let providers: PushProviders | null = null
  let devices: Devices | null = null
  const wire = async (real: Addresses): Promise<Partial<Addresses>> => {
    providers = await startPushProviders(context.directory, real)
    return {}
  }
  const known = (): PushProviders => {
    if (providers === null) throw new Error('there are no providers')
    return providers
  }
  const taken = (): Readonly<Record<Way, readonly Copy[]>> =>
    readTaken(known(), devices?.browsers ?? new Map<string, string>())
  // The cluster reads the ledger of its own project itself.
  const copies = (): Copy[] => WAYS.filter((way) => way !== 'main').flatMap((way) => taken()[way])
  const options = { nodes: 1, wire, life: () => ({ env: known().env }), copies }
  try {
    const { facts, ...result } = await onBench(context, options, async (bench) => {
      devices = await register(bench, context, known())
      await Promise.all([bench.load(callsTo(devices, context)), killEach(bench, known())])
      return [`kills ${WAYS.length}`]
    })
    const ways = devices === null ? new Map<string, Way>() : (devices as Devices).ways
    const strays = WAYS.flatMap((way) => taken()[way].filter(({ name }) => ways.get(name) !== way))
    const astray =
      strays.length === 0 ? [] : [`${strays.length} went by another way than their own: ${strays[0]?.name}`]
    const figures = [...result.figures, ...WAYS.map((way) => tellWay(way, facts, ways))]
    return { ...result, figures, faults: [...result.faults, ...astray, ...untouched(facts)] }
  } finally {
    await (providers as PushProviders | null)?.stop()
  }
}

/** Waits until each of them is being written to, and kills the node then. */
async function killEach(bench: Bench, { ledgers }: PushProviders): Promise<void> {
  const [chance, everyMs] = [bench.chance('nemesis'), FULL.everyMs]
  for (const way of WAYS.toSorted(() => chance() - 0.5)) {
    await delay(everyMs * chance())
    const before = statSync(ledgers[way]).size
    await until(() => statSync(ledgers[way]).size > before, SENDING_MS, 2)
    await bench.killNodes()
  }
}

function callsTo({ pushes }: Devices, { seed, small }: Context): Call[] {
  const { everyMs } = small ? SMALL : FULL
  return pushes.map((names, number) => makePush(`ways ${seed} ${number}`, names, number * everyMs))
}

/** Mixed, so that each push goes all ways. */
async function register(bench: Bench, { seed, small }: Context, providers: PushProviders): Promise<Devices> {
  const { pushes } = small ? SMALL : FULL
  const [url = ''] = bench.cluster.nodes.map((node) => node.url)
  const numbers = (way: Way): number[] => Array.from({ length: TARGETS[way] * pushes }, (_, number) => number)
  const browsers = await registerBrowsers(url, providers, numbers('web').length)
  const names: Readonly<Record<Way, readonly string[]>> = {
    main: numbers('main').map((number) => `main-${seed}-${number}`),
    courier: numbers('courier').map((number) => `courier-${seed}-${number}`),
    apns: numbers('apns').map((number) => `apns:${`ab${seed}${number.toString().padStart(8, '0')}`.padStart(64, '0')}`),
    web: [...browsers.values()],
  }
  for (let from = 0; from < names.courier.length; from += REGISTERED) {
    const items = names.courier.slice(from, from + REGISTERED).map((token) => ({ token }))
    await ask('PUT', `${url}/tokens`, { items, app: COURIER_APP })
  }
  const part = (way: Way, push: number): readonly string[] =>
    names[way].slice(push * TARGETS[way], (push + 1) * TARGETS[way])
  return {
    ways: new Map(WAYS.flatMap((way) => names[way].map((name): [string, Way] => [name, way]))),
    pushes: Array.from({ length: pushes }, (_, push) => WAYS.flatMap((way) => part(way, push))),
    browsers,
  }
}

async function registerBrowsers(url: string, providers: PushProviders, count: number): Promise<Map<string, string>> {
  const tokens = new Map<string, string>()
  const some = async (): Promise<void> => {
    for (let left = Math.ceil(count / AT_ONCE); left > 0; left -= 1) {
      const subscription = await providers.subscribe()
      const { data } = (await ask('POST', `${url}/webpush/subscriptions`, { subscription })) as {
        readonly data: { readonly token: string }
      }
      tokens.set(subscription.endpoint.split('/').at(-1) ?? '', data.token)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, some))
  return tokens
}

async function ask(method: 'POST' | 'PUT', url: string, what: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const { statusCode, body } = await request(url, { method, headers, body: JSON.stringify(what) })
  const answer = await body.json()
  if (statusCode !== 200) throw new Error(`${method} ${url}: ${JSON.stringify(answer)}`)
  return answer
}

function tellWay(way: Way, facts: Facts, ways: ReadonlyMap<string, Way>): string {
  const own = <Row extends { readonly name: string }>(rows: readonly Row[]): Row[] =>
    rows.filter(({ name }) => ways.get(name) === way)
  const [items, copies, kept] = [own(facts.items), own(facts.copies), own(facts.kept)]
  const none = { attempts: [], recoveriesMs: [], open: {} }
  const { ok, attempted, lost, duplicated, uncertain } = check(
    { ...facts, ...none, items, copies, kept },
    { sms: 0, push: 0, chunks: 0 },
  )
  return `${way}: ok ${ok} of ${attempted}, lost ${lost}, duplicated ${duplicated}, uncertain ${uncertain}`
}

/** A kill that left nothing in doubt has tried nothing. */
function untouched({ doubts }: Facts): string[] {
  return doubts === 0 ? ['no kill left a chunk in doubt'] : []
}
