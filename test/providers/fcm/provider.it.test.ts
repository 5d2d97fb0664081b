import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { failure as failed } from '../../../src/domain/failure.ts'
import type { CheckStep, Gate, PushProvider } from '../../../src/domain/provider.ts'
import { until } from '../../support/until.ts'
import { after, CONTENT, failureOf, NEVER, OPEN, range, rig, submit, tokens } from './rig.ts'

test('every target gets its one outcome, over few connections', async () => {
  const { fake, provider } = await rig()
  const outcomes = await submit(provider, tokens(...range(2_000).map((index) => `token-${index}`)))
  expect(outcomes.every((outcome) => outcome.kind === 'accepted' && outcome.status === 'sent')).toBe(true)
  expect(fake.accepted()).toBe(2_000)
  expect(fake.sessions()).toBeLessThanOrEqual(4)
  expect(fake.tokensIssued()).toBe(1)
})

test('the name that FCM gave is the provider message id, and the ledger of the look-alike has it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fcm-'))
  after(() => rm(folder, { recursive: true }))
  const ledger = join(folder, 'ledger')
  const { provider } = await rig({ fake: { ledger } })
  const [outcome] = await submit(provider, tokens('token-1'))
  const line: unknown = JSON.parse(await readFile(ledger, 'utf8'))
  const name = outcome?.kind === 'accepted' && outcome.providerMessageId
  expect(line).toEqual({ name, token: 'token-1', id: '7', body: 'World' })
})

test('over TLS the certificate is verified', async () => {
  const { provider } = await rig({ tls: true })
  expect((await submit(provider, tokens('a')))[0]?.kind).toBe('accepted')
  const other = await rig({ tls: true, pool: { ca: null } })
  expect(failureOf((await submit(other.provider, tokens('a')))[0]).reason).toBe('connect_failed')
  expect(other.fake.accepted()).toBe(0)
})

test('tokens, installation ids and topics are sent to alike', async () => {
  const { fake, provider } = await rig()
  const outcomes = await submit(provider, [
    { kind: 'token', value: 'a' },
    { kind: 'fid', value: 'b' },
    { kind: 'topic', value: 'c' },
  ])
  expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'accepted'])
  expect(fake.accepted()).toBe(3)
})

test('one bad token does not stop the others', async () => {
  const { fake, provider } = await rig()
  const outcomes = await submit(provider, tokens('a', 'fake.unregistered', 'b', 'fake.internal', 'c'))
  expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'refused', 'accepted', 'refused', 'accepted'])
  expect(fake.accepted()).toBe(3)
})

test('a project quota stops what is not written, which is not counted and waits as told', async () => {
  const { fake, provider } = await rig({ window: 10 })
  const many = range(500).map((index) => `token-${index}`)
  const outcomes = await submit(provider, tokens('fake.quota-project.7', ...many))
  expect(failureOf(outcomes[0])).toMatchObject({ class: 'throttled', pause: 'lane', counted: false })
  expect(failureOf(outcomes[0]).waitMs).toBeCloseTo(7_000, -1)
  const left = outcomes.filter((outcome) => outcome.kind === 'refused' && outcome.failure.reason === 'not_sent')
  expect(left.length + fake.accepted()).toBe(500)
  expect(left.length).toBeGreaterThan(400)
  expect(failureOf(left[0])).toMatchObject({ class: 'transient', counted: false })

  const before = fake.accepted()
  const during = await submit(provider, tokens('a', 'b'))
  expect(during.map((outcome) => failureOf(outcome).reason)).toEqual(['not_sent', 'not_sent'])
  expect(failureOf(during[0]).waitMs).toBeGreaterThan(6_000)
  expect(fake.accepted()).toBe(before)
})

test('a device at its limit does not hold the others', async () => {
  const { fake, provider } = await rig()
  const outcomes = await submit(provider, tokens('fake.quota-device', ...range(300).map(String)))
  expect(failureOf(outcomes[0])).toMatchObject({ pause: 'recipient', waitMs: 60_000 })
  expect(fake.accepted()).toBe(300)
})

test('a fault of the project stops what is not written and retires nothing', async () => {
  const { provider } = await rig({ projectId: 'another-project', window: 10 })
  const outcomes = await submit(provider, tokens(...range(100).map(String)))
  const failures = outcomes.map(failureOf)
  expect(failures.every(({ address, counted }) => address === 'keep' && !counted)).toBe(true)
  expect(failures.filter(({ reason }) => reason === 'project_not_found').length).toBeLessThanOrEqual(20)
  expect(failures.at(-1)).toMatchObject({ reason: 'not_sent', waitMs: 300_000 })
})

test('an answer that blames nothing is settled by a check of the address alone', async () => {
  const bodies: string[] = []
  const { provider } = await rig({
    window: 1,
    fake: {
      onSend: ({ body }) => void bodies.push(body),
      script: (send) =>
        send.target.startsWith('bad') || !send.validateOnly
          ? { kind: 'error', error: { status: 400, body: AMBIGUOUS } }
          : null,
    },
  })
  const outcomes = await submit(provider, tokens('bad-1', 'good-1', 'good-2', 'bad-2'))
  expect(outcomes.map((outcome) => failureOf(outcome).address)).toEqual(['retire', 'keep', 'keep', 'keep'])
  expect(bodies.filter((body) => body.includes('validate_only')).length).toBe(2)
})

const AMBIGUOUS = {
  error: {
    code: 400,
    status: 'INVALID_ARGUMENT',
    message: 'Request contains an invalid argument.',
    details: [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: 'INVALID_ARGUMENT' }],
  },
}

test('refused streams are sent again at once, and each is taken once', async () => {
  const { fake, provider } = await rig()
  const outcomes = await submit(provider, tokens(...range(50).map((index) => `fake.refused-once..${index}`)))
  expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true)
  expect(fake.accepted()).toBe(50)
})

test('a server that refuses every time gets a pause, and it costs no attempt', async () => {
  const { provider } = await rig()
  const failure = failureOf((await submit(provider, tokens('fake.refused')))[0])
  expect(failure).toMatchObject({ class: 'transient', reason: 'not_processed', counted: false, waitMs: 10_000 })
})

test('GOAWAY in the middle loses nothing and doubles nothing', async () => {
  const { fake, provider } = await rig()
  const list = range(600).map((index) => (index % 150 === 100 ? `fake.goaway-once.0.${index}` : `token-${index}`))
  const outcomes = await submit(provider, tokens(...list))
  expect(outcomes.filter(({ kind }) => kind === 'accepted').length).toBe(600)
  expect(fake.accepted()).toBe(600)
})

test('resets and cut connections make uncertain what was written, and only that', async () => {
  const { provider } = await rig({ window: 1 })
  const outcomes = await submit(provider, tokens('fake.reset.2', 'a', 'fake.cut', 'b', 'fake.goaway.11', 'c'))
  expect(
    outcomes.slice(0, 5).map((outcome) => (outcome.kind === 'accepted' ? 'accepted' : outcome.failure.reason)),
  ).toEqual(['reset', 'accepted', 'connection_lost', 'accepted', 'enhance_your_calm'])
  expect(failureOf(outcomes[5])).toMatchObject({ reason: 'not_sent', counted: false, waitMs: 10_000 })
})

test('a request without an answer is uncertain when its time is over', async () => {
  const { provider } = await rig({ pool: { requestMs: 60 } })
  // A slow machine may need longer than that for an answer, too.
  await until(async () => {
    const [silent, answered] = await submit(provider, tokens('fake.hang', 'a'))
    expect(failureOf(silent)).toMatchObject({ class: 'uncertain', reason: 'timeout', status: 'uncertain' })
    return answered?.kind === 'accepted'
  })
})

test('a signal leaves the written uncertain and the rest not sent', async () => {
  const stopped = new AbortController()
  let count = 0
  const { provider } = await rig({
    window: 5,
    fake: {
      onSend: () => {
        count += 1
        if (count === 5) stopped.abort()
      },
    },
  })
  const outcomes = await submit(provider, tokens(...range(50).map((index) => `fake.hang..${index}`)), stopped.signal)
  const reasons = outcomes.map((outcome) => failureOf(outcome).reason)
  expect(reasons).toEqual([...range(5).map(() => 'stopped'), ...range(45).map(() => 'not_sent')])
  expect(failureOf(outcomes[0]).class).toBe('uncertain')
  expect(failureOf(outcomes[9])).toMatchObject({ class: 'transient', counted: false })
})

test('never more than the window is in flight, and the peer sees no more streams than it allows', async () => {
  let [open, most] = [0, 0]
  const { fake, provider } = await rig({ window: 20, fake: { onSend: () => void (most = Math.max(most, ++open)) } })
  fake.setMaxStreams(10)
  await provider.submitMany(CONTENT, tokens(...range(300).map(String)), () => void (open -= 1), NEVER, OPEN)
  expect(most).toBeLessThanOrEqual(20)
  expect(fake.accepted()).toBe(300)
})

test('many calls together begin little more than their connections carry, and each comes to its end', async () => {
  let [open, most] = [0, 0]
  const { fake, provider } = await rig({
    window: 20,
    carries: 5,
    fake: { onSend: () => void (most = Math.max(most, ++open)) },
  })
  const lists = range(10).map((list) => tokens(...range(30).map((index) => `${list}-${index}`)))
  await Promise.all(lists.map((list) => provider.submitMany(CONTENT, list, () => void (open -= 1), NEVER, OPEN)))
  // Those that came first began the parts of fewer: 10 by one, 5 by the second, and so on.
  expect(most).toBeLessThanOrEqual(33)
  expect(fake.accepted()).toBe(300)
})

test('the pace holds over several lists', async () => {
  const { provider } = await rig({ messagesPerMinute: 7_500 })
  const began = performance.now()
  await Promise.all([
    submit(provider, tokens(...range(80).map(String))),
    submit(provider, tokens(...range(60).map(String))),
  ])
  expect(performance.now() - began).toBeGreaterThan(350)
})

test('what the pace still holds back when a notification ends does not leave after it', async () => {
  const clock = { ms: 0 }
  let sent = 0
  // A hundred in the first second; then the clock stands still, and nothing more may go.
  const { fake, provider } = await rig({
    messagesPerMinute: 7_500,
    monotonic: () => clock.ms,
    fake: {
      onSend: () => {
        sent += 1
        if (sent === 100) clock.ms = 20
      },
    },
  })
  const late = failed('permanent', 'expired', { status: 'expired' })
  const gate: Gate = () => (clock.ms < 20 ? null : late)
  const outcomes = await submit(provider, tokens(...range(150).map(String)), NEVER, gate)
  expect(fake.accepted()).toBe(100)
  expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(100)
  expect(outcomes.slice(100).map(failureOf)).toEqual(range(50).map(() => late))
})

test('what waits for a free stream when the gate closes is not written', async () => {
  const keptBack = failed('transient', 'not_sent', { counted: false })
  let open = true
  const { fake, provider } = await rig({
    pool: { sessions: 1, streams: 1 },
    fake: { onSend: () => void (open = false) },
  })
  const outcomes = await submit(provider, tokens(...range(20).map(String)), NEVER, () => (open ? null : keptBack))
  expect(fake.accepted()).toBe(1)
  expect(outcomes[0]?.kind).toBe('accepted')
  expect(outcomes.slice(1).map(failureOf)).toEqual(range(19).map(() => keptBack))
})

test('where FCM cannot be reached, nothing is counted and the lane waits', async () => {
  const { fake, provider } = await rig({ pool: { origin: 'http://127.0.0.1:9' } })
  const outcomes = await submit(provider, tokens(...range(400).map(String)))
  expect(failureOf(outcomes[0])).toMatchObject({ reason: 'connect_failed', counted: false, pause: 'lane' })
  expect(failureOf(outcomes[399])).toMatchObject({ reason: 'not_sent', counted: false })
  expect(fake.accepted()).toBe(0)
})

test('a listener that throws is a bug, told after everything has ended', async () => {
  const { provider } = await rig()
  const broken = provider.submitMany(CONTENT, tokens('a', 'b'), () => expect.unreachable('a bug'), NEVER, OPEN)
  await expect(broken).rejects.toThrow('a bug')
})

test('the check asks for a token and has FCM look at a message without sending it', async () => {
  const { fake, provider } = await rig()
  const steps = await stepsOf(provider)
  expect(steps.map(({ name, ok }) => [name, ok])).toEqual([
    ['access token', true],
    ['project', true],
  ])
  expect(fake.accepted()).toBe(0)
  const wrong = await rig({ projectId: 'another-project' })
  const [, project] = await stepsOf(wrong.provider)
  expect(project).toMatchObject({ ok: false, detail: 'project_not_found, NOT_FOUND' })
  expect(project?.fix).toContain('project_id')
})

async function stepsOf(provider: PushProvider): Promise<CheckStep[]> {
  const steps: CheckStep[] = []
  for await (const step of provider.check(NEVER)) steps.push(step)
  return steps
}
