import twilio from 'twilio'
import { request } from 'undici'
import { until } from '../../support/until.ts'
import { onBench, type Bench } from '../bench.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { makePlan } from '../plan.ts'

const FULL = { sms: 4_000, overMs: 10_000, forged: 500 }
const SMALL = { sms: 100, overMs: 500, forged: 25 }

/** By the last digit of the message's number, what the look-alike does, and the status that comes of it; of other digits: delivered. */
const LIVES: Readonly<Record<string, { readonly play: object; readonly ends: string }>> = {
  '0': { play: { callbackCopies: 0 }, ends: 'delivered' },
  '1': { play: { callbackCopies: 0, life: failing('undelivered', 30005) }, ends: 'undelivered' },
  '2': { play: { callbackCopies: 3 }, ends: 'delivered' },
  '3': { play: { life: [{ status: 'delivered' }, { status: 'sent' }] }, ends: 'delivered' },
  '4': { play: { callbacksFirst: true }, ends: 'delivered' },
  '5': { play: { life: failing('undelivered', 30003) }, ends: 'undelivered' },
  '6': { play: { life: failing('failed', 30007), callbackCopies: 2 }, ends: 'undelivered' },
}

/** Whose callbacks never come. */
const LOST = ['0', '1']

/** Until the first question about a message without a receipt, and a quarter more. */
const ASKED = { leastSeconds: 600, mostSeconds: 750 }

const SETTLED_MS = 120_000
const TOKEN = 'look-alike-auth-token'

export const P8: Experiment = {
  id: 'P8',
  title:
    'of Twilio’s status callbacks a fifth is lost, others come thrice, in the wrong order, early, forged, and again',
  goal: `each message has its right end once its provider was asked, within ${ASKED.mostSeconds / 60} min; forged 0 accepted, none moves back`,
  rounds: 1,
  run: (context) => callBack(context),
}

async function callBack(context: Context): Promise<Result> {
  const faults: string[] = []
  const twilioRules = Object.entries(LIVES).map(([digit, { play }]) => ({ when: { body: `*${digit}` }, play }))
  const { facts: _, ...result } = await onBench(
    context,
    { nodes: 1, twilioRules, windows: { receipts: true } },
    async (bench) => {
      const { sms, overMs } = context.small ? SMALL : FULL
      const plan = makePlan({
        seed: context.seed,
        sms,
        overMs,
        tokens: 0,
        onUncertain: 'retry',
        chance: bench.chance('plan'),
      })
      await bench.load(plan)
      await settled(bench, (digit) => !LOST.includes(digit), faults)
      const asked = await askNow(bench, faults)
      await settled(bench, () => true, faults)
      const refused = await forge(bench, context, faults)
      await replay(bench, context, faults)
      await settled(bench, () => true, faults)
      return [`${asked} without a callback, asked after`, `forged ${refused}, accepted 0`]
    },
  )
  return { ...result, faults: [...result.faults, ...faults] }
}

interface Row {
  readonly id: number
  readonly attempt: number
  readonly name: string
  readonly status: string
  readonly sid: string
}

async function rowsOf(bench: Bench): Promise<readonly Row[]> {
  const { rows } = await bench.ask((db) =>
    db.query<Row>(
      `select id::float8 as id, attempt, coalesce(text, body) as name, status, provider_message_id as sid from messages`,
    ),
  )
  return rows
}

function digitOf({ name }: Row): string {
  return name.at(-1) ?? ''
}

function endOf(row: Row): string {
  return LIVES[digitOf(row)]?.ends ?? 'delivered'
}

/** Waits until these have their right ends, and tells of those that have not. */
async function settled(bench: Bench, wanted: (digit: string) => boolean, faults: string[]): Promise<void> {
  const wrong = async (): Promise<Row[]> =>
    (await rowsOf(bench)).filter((row) => wanted(digitOf(row)) && row.status !== endOf(row))
  const isSettled = async (): Promise<boolean> => (await wrong()).length === 0
  await until(isSettled, SETTLED_MS, 200).catch(async () => {
    const found = (await wrong()).map((row) => `${row.name} ${row.status}`)
    faults.push(`${found.length} have a wrong end: ${found.slice(0, 5).join('; ')}`)
  })
}

/** What waits to be asked after is asked after now; resolves with how many. */
async function askNow(bench: Bench, faults: string[]): Promise<number> {
  return bench.ask(async (db) => {
    const { rows } = await db.query<{ seconds: number }>(
      `select extract(epoch from d.run_at - a.finished_at)::float8 as seconds
       from due d join messages m on m.id = d.message_id join attempts a on a.message_id = m.id and a.number = m.attempt
       where d.action = 'poll' and m.status = 'sent'`,
    )
    const odd = rows.filter(({ seconds }) => seconds < ASKED.leastSeconds || seconds > ASKED.mostSeconds)
    if (odd.length > 0) faults.push(`${odd.length} are asked after ${odd[0]?.seconds.toFixed(0)} s`)
    await db.query(`update due set run_at = now() where action = 'poll'`)
    return rows.length
  })
}

/** Callbacks that say what is not so, and are signed with another key, for another place, over other words, or not at all. */
async function forge(bench: Bench, context: Context, faults: string[]): Promise<number> {
  const { forged } = context.small ? SMALL : FULL
  const rows = (await rowsOf(bench)).slice(0, forged)
  for (const [index, row] of rows.entries()) {
    const lie = row.status === 'delivered' ? 'undelivered' : 'delivered'
    const answers = await Promise.all(FORGERIES.map((forgery) => forgery(urlOf(bench, row), formOf(row, lie))))
    const taken = answers.findIndex((status) => status !== 403)
    if (taken >= 0) faults.push(`forgery ${taken} was answered ${answers[taken]} (message ${index})`)
  }
  return rows.length * FORGERIES.length
}

type Forgery = (url: string, form: Readonly<Record<string, string>>) => Promise<number>

const FORGERIES: readonly Forgery[] = [
  (url, form) => post(url, form, {}),
  (url, form) => post(url, form, signed('another-auth-token', url, form)),
  (url, form) => post(url, { ...form, MessageStatus: 'read' }, signed(TOKEN, url, form)),
  (url, form) => post(url, form, signed(TOKEN, `${url}1`, form)),
  // As a proxy that believes what it is told would have it.
  (url, form) => {
    const theirs = url.replace(/^http:\/\/[^/]+/, 'https://gateway.example')
    const told = { 'x-forwarded-host': 'gateway.example', 'x-forwarded-proto': 'https' }
    return post(url, form, { ...signed(TOKEN, theirs, form), ...told })
  },
]

/** What was told once comes again, the first of it last. */
async function replay(bench: Bench, context: Context, faults: string[]): Promise<void> {
  for (const row of (await rowsOf(bench)).slice(0, (context.small ? SMALL : FULL).forged)) {
    const url = urlOf(bench, row)
    for (const status of [row.status, 'sent', 'queued']) {
      const form = formOf(row, status)
      const answer = await post(url, form, signed(TOKEN, url, form))
      if (answer !== 200) faults.push(`a callback that came again was answered ${answer}`)
    }
  }
}

function urlOf({ cluster }: Bench, { id, attempt }: Row): string {
  return `${cluster.nodes[0]?.url}/callbacks/twilio/status?attempt=${id}.${attempt}`
}

function formOf({ sid }: Row, status: string): Record<string, string> {
  const form = { MessageSid: sid, SmsSid: sid, MessageStatus: status, SmsStatus: status }
  return status === 'undelivered' ? { ...form, ErrorCode: '30005' } : form
}

/** By the official library. */
function signed(token: string, url: string, form: Readonly<Record<string, string>>): Record<string, string> {
  return { 'x-twilio-signature': twilio.getExpectedTwilioSignature(token, url, { ...form }) }
}

async function post(
  url: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  const { statusCode, body } = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(form).toString(),
  })
  await body.dump()
  return statusCode
}

function failing(status: 'undelivered' | 'failed', errorCode: number): readonly object[] {
  return [{ status: 'sent' }, { status, errorCode }]
}
