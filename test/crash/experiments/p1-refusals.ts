import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import { request } from 'undici'
import { until } from '../../support/until.ts'
import { startCluster, type Cluster } from '../cluster.ts'
import { addUp, type Context, type Experiment, type Result } from '../experiment.ts'
import { onDatabase } from '../on-database.ts'
import { OF_SMPP, OF_TWILIO, type Refusal } from '../refusals.ts'

/** Nobody is answered within this: an answer that never comes takes 30 s, a hold a minute. */
const NEXT_MS = 150_000

/** A wait is up to a fifth longer than its row says, and begins when the machine gets to it. */
const MORE = { share: 0.2, seconds: 30 }
const ROUNDING_SECONDS = 0.5

export const P1: Experiment = {
  id: 'P1',
  title: `${OF_SMPP.length} ways in which an SMSC refuses an SMS, and ${OF_TWILIO.length} in which Twilio does`,
  goal: 'each leads to its own status, reason, number of attempts and waits',
  rounds: 1,
  async run(context) {
    const rules = OF_SMPP.map(({ play, times }, index) => ({
      when: { to: contactOf(index) },
      ...(times === undefined ? {} : { times }),
      play,
    }))
    const overSmpp = OF_SMPP.map((refusal, index) => ({ ...refusal, contact: contactOf(index) }))
    const smpp = await tryAll(context, 'smpp', overSmpp, { smpp: { rules, query: 'binds=1&window=10' } })
    return addUp([smpp, await tryAll(context, 'twilio', OF_TWILIO, {})], [], [])
  },
}

/** A number of its own for each. */
function contactOf(index: number): string {
  return `+12025550${String(100 + index).padStart(3, '0')}`
}

async function tryAll(
  context: Context,
  name: string,
  refusals: readonly Refusal[],
  options: Partial<Parameters<typeof startCluster>[0]>,
): Promise<Result> {
  const directory = join(context.directory, name)
  mkdirSync(directory)
  const wanted = refusals.filter(({ slow }) => !context.small || slow !== true)
  const cluster = await startCluster({ directory, nodes: 1, ...options })
  const faults: string[] = []
  try {
    const together = wanted.filter(({ holds }) => holds !== true)
    await Promise.all(together.map((refusal) => follow(cluster, refusal, faults)))
    for (const refusal of wanted) if (refusal.holds === true) await follow(cluster, refusal, faults)
  } finally {
    await cluster.stop()
  }
  const wrong = new Set(faults.map((fault) => fault.split(':')[0])).size
  return {
    attempted: wanted.length,
    acknowledged: wanted.length,
    ok: wanted.length - wrong,
    lost: 0,
    duplicated: 0,
    unexpected: 0,
    recovered: 0,
    uncertain: 0,
    recoveriesMs: [],
    figures: [`${name}: ${wanted.length - wrong} of ${wanted.length} as their rows say`],
    faults: faults.map((fault) => `${name} ${fault}`),
  }
}

/** Sends one message, and brings each of its waits to an end at once. What is not as its row says goes to `faults`. */
async function follow(cluster: Cluster, refusal: Refusal, faults: string[]): Promise<void> {
  const { name, waits = [], ends } = refusal
  const fail = (what: string): void => void faults.push(`${name}: ${what}`)
  try {
    const id = await send(cluster, refusal)
    await onDatabase(cluster.postgres.url, async (db) => {
      for (const [number, seconds] of waits.entries()) {
        const waited = await until(() => readWait(db, id, number + 1), NEXT_MS, 50)
        const most = seconds * (1 + MORE.share) + MORE.seconds
        if (waited.seconds < seconds - ROUNDING_SECONDS || waited.seconds > most)
          fail(`wait ${number + 1} is ${waited.seconds.toFixed(1)} s, not ${seconds}`)
        if (number < waits.length - 1 || ends !== undefined) await end(db, waited.dueId)
      }
      if (ends !== undefined) await until(async () => isOver(await readMessage(db, id), ends), NEXT_MS, 50)
      judge(await readMessage(db, id), refusal, fail)
    })
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error))
  }
}

async function send({ nodes }: Cluster, { contact, name, onUncertain }: Refusal): Promise<number> {
  const body = { contact, subject: 'Refusals', message: `How ${name} is taken.` }
  const { body: answer } = await request(`${nodes[0]?.url}/smss`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(onUncertain === undefined ? body : { ...body, on_uncertain: onUncertain }),
  })
  const json: unknown = await answer.json()
  const id: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, 'message_id') : null
  if (typeof id !== 'number') throw new Error(`not accepted: ${JSON.stringify(json)}`)
  return id
}

interface Wait {
  readonly dueId: number
  /** From the submission's end, or before a question from its beginning. */
  readonly seconds: number
}

/** What it waits for, once `number` waits have begun; null: not yet. */
async function readWait(db: pg.Client, id: number, number: number): Promise<Wait | null> {
  const { rows } = await db.query<Wait & { tries: number; round: number; action: string }>(
    `select d.id::float8 as "dueId", d.action, d.round, a.number as tries,
       extract(epoch from d.run_at - case d.action when 'send' then a.finished_at else a.started_at end)::float8 as seconds
     from due d join lateral (select * from attempts where message_id = d.message_id order by number desc limit 1) a on true
     where d.message_id = $1 and d.action <> 'poll' and d.owner is null`,
    [id],
  )
  const row = rows[0]
  if (row === undefined || (row.action === 'send' ? row.tries : row.tries + row.round) !== number) return null
  return row
}

async function end(db: pg.Client, dueId: number): Promise<void> {
  await db.query(`update due set run_at = now() where id = $1`, [dueId])
}

interface Message {
  readonly status: string
  readonly reason: string | null
  readonly counted: number
  readonly code: string | null
  /** Nothing more is to come but receipts. */
  readonly isOver: boolean
}

async function readMessage(db: pg.Client, id: number): Promise<Message> {
  const { rows } = await db.query<Message>(
    `select m.status, m.reason, m.attempts_counted as counted,
       (select code from attempts where message_id = m.id order by number desc limit 1) as code,
       m.status not in ('scheduled', 'queued', 'sending')
         and not exists (select from due where message_id = m.id and action <> 'poll') as "isOver"
     from messages m where m.id = $1`,
    [id],
  )
  const row = rows[0]
  if (row === undefined) throw new Error('it is not stored')
  return row
}

/** What is `sent` may yet hear that it did not arrive. */
function isOver(message: Message, ends: readonly string[]): boolean {
  return message.isOver && (message.status !== 'sent' || ends.includes('sent'))
}

function judge(message: Message, { ends, reason, code, counted }: Refusal, fail: (what: string) => void): void {
  if (ends !== undefined && !ends.includes(message.status)) fail(`it is ${message.status} (${message.reason})`)
  if (reason !== undefined && message.reason !== reason) fail(`its reason is ${message.reason}, not ${reason}`)
  if (code !== undefined && !code.test(message.code ?? '')) fail(`its code is ${message.code}`)
  if (counted !== undefined && message.counted !== counted) fail(`it cost ${message.counted} attempts, not ${counted}`)
}
