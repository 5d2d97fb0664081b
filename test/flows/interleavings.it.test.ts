import fc, { type AsyncCommand } from 'fast-check'
import { expect, test } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import type { Msisdn } from '../../src/domain/contact.ts'
import { TidingsError } from '../../src/domain/errors.ts'
import { failure } from '../../src/domain/failure.ts'
import { expireDue } from '../../src/store/nodes/reclaim.ts'
import { ACCEPTED, ask, message, refused } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { until } from '../support/until.ts'
import { openReal, type Real } from './interleaving-rig.ts'

/** INTERLEAVINGS asks for more of them, SEED for others. */
const RUNS = Number(process.env['INTERLEAVINGS'] ?? 40)
const PEOPLE = ['+201009129288', '+201009129289', '+15005550006'] as const

const nodes = useNodes()

/** What the model knows of a message: all that may be known of it from outside. */
interface Known {
  readonly id: number
  readonly person: number
  status: 'scheduled' | 'queued' | 'sending' | Ended
  /** Its words were erased. */
  gone: boolean
}

type Ended = 'sent' | 'failed' | 'undelivered' | 'delivered' | 'cancelled' | 'expired'

interface Model {
  paused: boolean
  readonly messages: Known[]
}

type Step = AsyncCommand<Model, Real>

/** `act` changes both; what it finds different it throws. Afterwards all statuses are compared. */
function step(
  name: string,
  act: (model: Model, real: Real) => Promise<void>,
  check: (model: Model) => boolean = () => true,
): Step {
  return {
    check,
    async run(model, real) {
      await act(model, real)
      await compare(model, real)
    },
    toString: () => name,
  }
}

async function compare({ messages }: Model, { node }: Real): Promise<void> {
  const rows = await ask(node, 'select id, status from messages where id = any ($1) order by id', [
    messages.map(({ id }) => id),
  ])
  const known = messages.map(({ id, status }) => ({ id, status })).toSorted((one, other) => one.id - other.id)
  expect(rows).toEqual(known)
}

async function store(
  model: Model,
  real: Real,
  person: number,
  later: boolean,
  resentFrom: number | null,
): Promise<void> {
  const sendAt = later ? new Date(Date.now() + 3_600_000) : null
  const extras = { template: null, redirectedTo: null, resentFrom, sendAt }
  const contact = (PEOPLE[person] ?? PEOPLE[0]) as Msisdn
  const id = (await real.node.delivery.intake.addSms(message({ contact, extras }))) ?? 0
  const status = later ? 'scheduled' : model.paused ? 'queued' : 'sending'
  model.messages.push({ id, person, status, gone: false })
  if (status === 'sending') await until(() => real.owed.has(id))
}

/** Of what a caller is told. */
function same(code: string | null, expected: string | null): void {
  expect(code).toBe(expected)
}

/** The one that is meant by a number, among those that `fits`. */
function choose(model: Model, number: number, fits: (known: Known) => boolean): Known | null {
  const fitting = model.messages.filter(fits)
  return fitting[number % Math.max(1, fitting.length)] ?? null
}

const waits = ({ status }: Known): boolean => status === 'scheduled' || status === 'queued'
const isSubmitted = ({ status }: Known): boolean => ['sent', 'failed', 'undelivered', 'delivered'].includes(status)

async function codeOf(work: Promise<unknown>): Promise<string | null> {
  try {
    await work
    return null
  } catch (error) {
    if (error instanceof TidingsError) return error.code
    throw error
  }
}

const sends = fc
  .tuple(fc.nat(2), fc.boolean())
  .map(([person, later]) =>
    step(`send to ${person}${later ? ' later' : ''}`, (model, real) => store(model, real, person, later, null)),
  )

const cancels = fc.nat().map((number) =>
  step(`cancel ${number}`, async (model, real) => {
    const known = choose(model, number, () => true)
    if (known === null) return
    const taken = waits(known) || known.status === 'cancelled'
    same(await codeOf(real.cancels.sms(known.id)), taken ? null : 'too_late')
    if (taken) known.status = 'cancelled'
  }),
)

const results = fc.tuple(fc.nat(), fc.boolean()).map(([number, good]) =>
  step(`${good ? 'take' : 'refuse'} ${number}`, async (model, real) => {
    const known = choose(model, number, ({ status }) => status === 'sending')
    if (known === null) return
    real.owed.get(known.id)?.(good ? ACCEPTED : refused(failure('permanent', 'invalid_number')))
    known.status = good ? 'sent' : 'failed'
    await settled(real, known)
  }),
)

async function settled({ node }: Real, { id, status }: Known): Promise<void> {
  await until(
    async () => (await ask(node, 'select 1 from messages where id = $1 and status = $2', [id, status])).length > 0,
  )
}

const FURTHER = { sent: 2, failed: 3, undelivered: 3, delivered: 4 } as const

const receipts = fc
  .tuple(fc.nat(), fc.constantFrom('sent', 'failed', 'undelivered', 'delivered'))
  .map(([number, status]) =>
    step(`report ${number} ${status}`, async (model, real) => {
      const known = choose(model, number, (one) => isSubmitted(one) && !one.gone)
      if (known === null) return
      const bad = status === 'failed' || status === 'undelivered'
      await real.receipts.settle({
        provider: 'scripted',
        providerMessageId: 'theirs',
        attempt: { messageId: known.id, number: 1 },
        status,
        failure: bad ? failure('permanent', 'phone_off', { status }) : null,
        at: null,
      })
      const { status: before } = known
      if (before in FURTHER && FURTHER[status] > FURTHER[before as keyof typeof FURTHER]) known.status = status
    }),
  )

const expiries = fc.nat().map((number) =>
  step(`expire ${number}`, async (model, real) => {
    const known = choose(model, number, ({ status }) => status === 'scheduled')
    if (known === null) return
    const past = `expires_at = now() - interval '1 second'`
    await ask(real.node, `update messages set ${past} where id = $1`, [known.id])
    await ask(real.node, `update due set ${past} where message_id = $1`, [known.id])
    // As every node does now and then.
    await expireDue(real.node.db, 100)
    known.status = 'expired'
    await settled(real, known)
  }),
)

const erasures = fc.nat(2).map((person) =>
  step(
    `erase ${person}`,
    async (model, real) => {
      const theirs = model.messages.filter((known) => known.person === person)
      const isKnown = theirs.some(({ gone }) => !gone)
      const erased = real.erasing.erase(PEOPLE[person] ?? '', ANYONE, new AbortController().signal)
      same(await codeOf(erased), isKnown ? null : 'not_found')
      for (const known of theirs) {
        known.gone = true
        if (waits(known)) known.status = 'cancelled'
      }
    },
    ({ messages }) => !messages.some((known) => known.person === person && known.status === 'sending'),
  ),
)

const resends = fc.nat().map((number) =>
  step(`send ${number} again`, async (model, real) => {
    const known = choose(model, number, () => true)
    if (known === null) return
    const isOpen = waits(known) || known.status === 'sending'
    const code = await codeOf(real.resends.sms(known.id, null))
    same(code, isOpen ? 'still_open' : known.gone ? 'content_gone' : null)
    if (code === null) await store(model, real, known.person, false, known.id)
  }),
)

const pausing = fc.boolean().map((on) =>
  step(on ? 'pause' : 'resume', async (model, real) => {
    await (on ? real.pauses.pause({}, ANYONE) : real.pauses.resume({}, ANYONE))
    await until(() => real.node.delivery.pauses().length > 0 === on)
    model.paused = on
    if (on) return
    for (const known of model.messages.filter(({ status }) => status === 'queued')) {
      await until(() => real.owed.has(known.id))
      known.status = 'sending'
      await settled(real, known)
    }
  }),
)

/** Whoever was submitted was so once, nothing is lost, and only what waits is still due. Leaves nothing behind for the next run. */
async function finish(model: Model, real: Real): Promise<void> {
  const ids = model.messages.map(({ id }) => id)
  for (const { id, status } of model.messages) {
    const times = real.handed.get(id) ?? 0
    expect({ id, status, times }).toEqual({
      id,
      status,
      times: ['scheduled', 'queued', 'cancelled', 'expired'].includes(status) ? 0 : 1,
    })
  }
  const waiting = model.messages.filter(({ status }) => status === 'scheduled').length
  const due = `select count(*)::integer as due from due d join messages m on m.id = d.message_id where m.id = any ($1) and m.status = 'scheduled'`
  expect(await ask(real.node, due, [ids])).toEqual([{ due: waiting }])
  await real.pauses.resume({}, ANYONE)
  await until(() => real.node.delivery.pauses().length === 0)
  for (const { id } of model.messages.filter(({ status }) => status === 'queued' || status === 'sending')) {
    const answer = await until(() => real.owed.get(id))
    answer(ACCEPTED)
  }
  for (const { id } of model.messages.filter(({ status }) => status === 'scheduled')) await real.cancels.sms(id)
  const left = `select count(*)::integer as left from messages where id = any ($1) and status in ('queued', 'sending', 'scheduled')`
  await until(async () => (await ask(real.node, left, [ids]))[0]?.['left'] === 0)
  for (const person of PEOPLE) await codeOf(real.erasing.erase(person, ANYONE, new AbortController().signal))
}

test(
  'whatever is done to messages in whatever order, they become what a small model says',
  async () => {
    const real = await openReal(nodes)
    const commands = fc.commands(
      [sends, sends, sends, results, results, receipts, receipts, cancels, expiries, erasures, resends, pausing],
      { maxCommands: 25, size: '+1' },
    )
    await fc.assert(
      fc.asyncProperty(commands, async (steps) => {
        const model: Model = { paused: false, messages: [] }
        await fc.asyncModelRun(() => ({ model, real }), steps)
        await finish(model, real)
      }),
      // One that fails leaves things behind, which would make the smaller ones fail for other reasons.
      { numRuns: RUNS, endOnFailure: true },
    )
  },
  RUNS * 10_000,
)
