import { TidingsError } from '../../src/domain/errors.ts'
import type { Msisdn } from '../../src/domain/contact.ts'
import type { Accepted } from './checks.ts'
import type { Machine } from './machine.ts'
import type { PlannedPush, PlannedSms } from './plan.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

export interface SendersParts {
  readonly world: World
  readonly random: Random
  readonly machines: () => readonly Machine[]
  readonly tokens: readonly number[]
  readonly onProblem: (problem: string) => void
}

/** Those who call the service, with what they were told. */
export interface Senders {
  readonly accepted: readonly Accepted[]
  readonly pushes: readonly number[]
  /** Whether none of them waits for an answer, or will call again. */
  areDone(): boolean
  sms(planned: PlannedSms): void
  push(planned: PlannedPush): void
}

const TRIES = 4
const PATIENCE_MS = 6_000

export function createSenders(parts: SendersParts): Senders {
  const { world, random } = parts
  const accepted: Accepted[] = []
  const pushes: number[] = []
  let calling = 0

  function up(): Machine | null {
    const [first, ...more] = parts.machines().filter((machine) => machine.isUp())
    return first === undefined ? null : random.pick([first, ...more])
  }

  /** One call: what its sender is told; `unknown` when nobody answers in time. */
  function call(machine: Machine, token: string, planned: PlannedSms): Promise<Accepted['outcome']> {
    return new Promise((resolve) => {
      world.after(PATIENCE_MS, () => resolve('unknown'))
      machine.process.after(1, () => {
        const intake = machine.delivery()?.intake
        const message = toMessage(token, planned)
        // Keys of a batch are looked up by statements that the model does not know.
        const isOfMany = message.idempotency === null && message.ttlSeconds % 60 === 0
        const made = isOfMany ? intake?.addBatch([message], null, () => null) : intake?.addSms(message)
        made?.then(
          () => resolve('acknowledged'),
          (error: unknown) => resolve(outcomeOf(error)),
        )
      })
    })
  }

  function outcomeOf(error: unknown): Accepted['outcome'] {
    if (error instanceof TidingsError) return error.code === 'outcome_unknown' ? 'unknown' : 'refused'
    parts.onProblem(`a sender met a bug: ${String(error)}`)
    return 'unknown'
  }

  async function sendSms(one: Accepted, planned: PlannedSms, tries: number): Promise<void> {
    const machine = up()
    const told = machine === null ? 'refused' : await call(machine, one.token, planned)
    world.note(`${one.token} ${told}`)
    if (told === 'acknowledged' || one.outcome !== 'unknown') one.outcome = told
    const again = told !== 'acknowledged' && (planned.keyed || told === 'refused')
    if (again && tries > 1) world.after(1_500, () => void sendSms(one, planned, tries - 1))
    else calling -= 1
  }

  return {
    accepted,
    pushes,
    areDone: () => calling === 0,
    sms(planned) {
      calling += 1
      const one: Accepted = { token: `m${accepted.length}`, outcome: 'asked', keyed: planned.keyed }
      accepted.push(one)
      void sendSms(one, planned, TRIES)
    },
    push(planned) {
      const machine = up()
      machine?.process.after(1, () => {
        machine
          .delivery()
          ?.intake.addPush(toNotification(planned, parts.tokens))
          .then(
            (made) => void (made !== null && pushes.push(made.id)),
            (error: unknown) => void outcomeOf(error),
          )
      })
    },
  }
}

type NewSms = Parameters<NonNullable<ReturnType<Machine['delivery']>>['intake']['addSms']>[0]
type NewPush = Parameters<NonNullable<ReturnType<Machine['delivery']>>['intake']['addPush']>[0]

export function toMessage(token: string, planned: PlannedSms): NewSms {
  const { provider, category, onUncertain, ttlSeconds } = planned
  const idempotency = { caller: 'c', route: 'r', key: token, fields: {}, answer: {} }
  return {
    contact: '+15005550006' as Msisdn,
    subject: 's',
    body: token,
    text: null,
    sender: null,
    tag: null,
    segments: 1,
    encoding: 'gsm7',
    ...{ provider, category, onUncertain, ttlSeconds },
    keyId: null,
    extras: null,
    idempotency: planned.keyed ? idempotency : null,
  }
}

export function toNotification(planned: PlannedPush, tokens: readonly number[]): NewPush {
  const { category, onUncertain, validitySeconds } = planned
  return {
    title: 't',
    body: 'b',
    topic: planned.tokens === null ? 'news' : null,
    content: {},
    tag: null,
    ...{ category, onUncertain, validitySeconds },
    provider: 'push',
    ttlSeconds: null,
    keyId: null,
    sendAt: null,
    template: null,
    resentFrom: null,
    tokenIds: planned.tokens === null ? [] : tokens.slice(0, planned.tokens),
    suppressed: [],
    idempotency: null,
  }
}
