import { createReadStream, readFileSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { until } from '../../support/until.ts'
import { startCluster, type Cluster } from '../cluster.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { onDatabase } from '../on-database.ts'

const FULL = 1_000_000
const SMALL = 20_000

/** One in so many is none that FCM takes, or not at once. */
const EVERY = 1_000

/** The node is killed once so much of it was taken. */
const KILL_AT = 0.4

/** Resident, at most, in either of its lives, in units of 1,000,000 bytes. */
const LIMIT_MB = 300

/** What a node may have had under way when it died: the window of each chunk it held. */
const IN_FLIGHT = 200 * 12

const LOOK_MS = 500
const TAKEN_MS = 600_000
/** What was in doubt is repeated, and what was not taken at once, after 10 s and more. */
const SETTLED_MS = 900_000

export const L6: Experiment = {
  id: 'L6',
  title: 'one push to a million devices, some of them gone, some not taken at once; SIGKILL to the node in the middle',
  goal: `every device has its right outcome, lost 0; sent twice is only what the dead node had under way, and it is marked; the node has at most ${LIMIT_MB} MB`,
  rounds: 1,
  apart: true,
  run: (context) => pushToAll(context),
}

/** What becomes of the device with this number, and the name it has so that the look-alike plays it. */
function deviceOf(seed: string, number: number): { readonly name: string; readonly end: 'sent' | 'failed' } {
  if (number % EVERY === 1) return { name: `fake.unregistered..${seed}-${number}`, end: 'failed' }
  if (number % EVERY === 2) return { name: `fake.unavailable-once..${seed}-${number}`, end: 'sent' }
  if (number % EVERY === 3) return { name: `fake.refused-once..${seed}-${number}`, end: 'sent' }
  return { name: `million-${seed}-${number}`, end: 'sent' }
}

async function pushToAll({ directory, seed, small }: Context): Promise<Result> {
  const devices = small ? SMALL : FULL
  const env = { FCM_MESSAGES_PER_MINUTE: '6000000', FCM_RAMP_SECONDS: '0' }
  const cluster = await startCluster({ directory, nodes: 1, env })
  const watch = watchMemory(cluster)
  try {
    const began = Date.now()
    const id = await accept(cluster, seed, devices)
    const acceptedMs = Date.now() - began
    await until(() => statSync(cluster.fcmLedger).size > KILL_AT * devices * BYTES_A_LINE, TAKEN_MS, LOOK_MS)
    const [node] = cluster.nodes
    await node?.kill()
    const killedAt = Date.now()
    const before = statSync(cluster.fcmLedger).size
    await until(() => statSync(cluster.fcmLedger).size > before, TAKEN_MS, LOOK_MS)
    const recoveredMs = Date.now() - killedAt
    await until(() => isOver(cluster), SETTLED_MS, LOOK_MS).catch(() => undefined)
    const seconds = (Date.now() - began) / 1_000
    const taken = await readTaken(cluster.fcmLedger, seed, devices)
    const judged = await judge(cluster, id, taken, seed)
    const most = watch.stop()
    const fat = most > LIMIT_MB ? [`the node had ${most} MB, ${LIMIT_MB} are the most`] : []
    return {
      ...judged,
      faults: [...judged.faults, ...fat],
      recoveriesMs: [recoveredMs],
      figures: [
        `accepted in ${(acceptedMs / 1_000).toFixed(1)} s`,
        `all settled after ${seconds.toFixed(0)} s`,
        `at most ${most} MB`,
      ],
    }
  } finally {
    watch.stop()
    await cluster.stop()
  }
}

/** Of the look-alike's ledger, about. */
const BYTES_A_LINE = 134

/** One stream of lines; resolves with the notification's id. */
async function accept({ nodes }: Cluster, seed: string, devices: number): Promise<number> {
  const headers = { 'content-type': 'application/x-ndjson' }
  const call = request(`${nodes[0]?.url}/notifications/tokens`, { method: 'POST', headers })
  const answered = new Promise<string>((resolve, reject) => {
    call.on('error', reject).on('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece))
      response.on('end', () => resolve(text))
    })
  })
  call.write(`${JSON.stringify({ title: 'Hello', body: 'There is news.' })}\n`)
  for (let from = 0; from < devices; from += 1_000) {
    const lines = Array.from({ length: 1_000 }, (_, place) => `${JSON.stringify(deviceOf(seed, from + place).name)}\n`)
    if (!call.write(lines.join(''))) await new Promise((resolve) => call.once('drain', resolve))
  }
  call.end()
  const text = await answered
  const id = /"notification_id":(\d+)/.exec(text)?.[1]
  if (id === undefined) throw new Error(`the push was answered ${text}`)
  return Number(id)
}

async function isOver({ postgres }: Cluster): Promise<boolean> {
  return onDatabase(postgres.url, async (db) => {
    const { rows } = await db.query<{ open: boolean }>(
      'select exists (select from push_chunks where done_at is null) as open',
    )
    return rows[0]?.open === false
  })
}

/** How often each device's message was taken, by its number, and what was taken that nobody asked for. */
async function readTaken(
  ledger: string,
  seed: string,
  devices: number,
): Promise<{ copies: Uint8Array; strange: number }> {
  const copies = new Uint8Array(devices)
  let strange = 0
  for await (const line of createInterface(createReadStream(ledger))) {
    const { token = '' } = JSON.parse(line) as { readonly token?: string }
    const number = Number(/(\d+)$/.exec(token)?.[1] ?? Number.NaN)
    if (number < devices && deviceOf(seed, number).name === token) copies[number] = (copies[number] ?? 0) + 1
    else strange += 1
  }
  return { copies, strange }
}

async function judge(
  { postgres }: Cluster,
  id: number,
  { copies, strange }: { readonly copies: Uint8Array; readonly strange: number },
  seed: string,
): Promise<Omit<Result, 'figures' | 'recoveriesMs'>> {
  const counts = { ok: 0, lost: 0, duplicated: 0, wrong: 0, unmarked: 0, uncertain: 0, rows: 0 }
  await eachOutcome(postgres.url, id, ({ token, status, uncertain }) => {
    const number = Number(/(\d+)$/.exec(token)?.[1])
    const sent = copies[number] ?? 0
    const { end } = deviceOf(seed, number)
    counts.rows += 1
    if (uncertain > 0) counts.uncertain += 1
    if (status !== end) counts.wrong += 1
    if (end === 'sent' && sent === 0) counts.lost += 1
    if (sent > 1) counts.duplicated += 1
    if (sent > 1 && uncertain === 0) counts.unmarked += 1
    if (status === end && sent === (end === 'sent' ? 1 : 0)) counts.ok += 1
  })
  const attempted = copies.length
  const faults = [
    ...(counts.rows === attempted ? [] : [`${counts.rows} of ${attempted} devices have an outcome`]),
    ...(counts.wrong === 0 ? [] : [`${counts.wrong} outcomes are wrong`]),
    ...(counts.lost === 0 ? [] : [`${counts.lost} were lost`]),
    ...(counts.unmarked === 0 ? [] : [`${counts.unmarked} were sent twice without a mark`]),
    ...(counts.duplicated <= IN_FLIGHT ? [] : [`${counts.duplicated} were sent twice, ${IN_FLIGHT} are the most`]),
    ...(strange === 0 ? [] : [`${strange} were sent that nobody asked for`]),
  ]
  const { ok, lost, duplicated, uncertain } = counts
  return {
    attempted,
    acknowledged: attempted,
    ok,
    lost,
    duplicated,
    unexpected: strange,
    recovered: uncertain,
    uncertain,
    faults,
  }
}

interface OutcomeRow {
  readonly id: string
  readonly token: string
  readonly status: string
  readonly uncertain: number
}

const ROWS = 20_000

/** By pages: all of them at once would be the memory of this process. */
async function eachOutcome(url: string, notificationId: number, see: (row: OutcomeRow) => void): Promise<void> {
  await onDatabase(url, async (db) => {
    for (let after = '0', page: readonly OutcomeRow[] = []; ; after = page.at(-1)?.id ?? after) {
      ;({ rows: page } = await db.query<OutcomeRow>(
        `select d.token_id::text as id, t.token, d.status, d.uncertain_attempts as uncertain
        from tokennotifications d join tokens t on t.id = d.token_id
        where d.notification_id = $1 and d.token_id > $2 order by d.token_id limit $3`,
        [notificationId, after, ROWS],
      ))
      page.forEach(see)
      if (page.length < ROWS) return
    }
  })
}

/** The most that the kernel saw resident in any life of the first node, in MB. Source: proc(5), VmHWM. */
function watchMemory({ nodes }: Cluster): { stop(): number } {
  let most = 0
  const look = (): void => {
    const pid = nodes[0]?.pid() ?? null
    if (pid !== null) most = Math.max(most, peakOf(pid))
  }
  const timer = setInterval(look, LOOK_MS)
  return {
    stop() {
      look()
      clearInterval(timer)
      return most
    },
  }
}

function peakOf(pid: number): number {
  try {
    const [, kibibytes = '0'] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Math.round((Number(kibibytes) * 1_024) / 1e6)
  } catch {
    return 0
  }
}
