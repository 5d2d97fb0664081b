import { describe, expect, it } from 'vitest'
import { parseContact, type Msisdn } from '../../src/domain/contact.ts'
import { failure } from '../../src/domain/failure.ts'
import type { Gate, Outcome, PushContent, PushTarget, Receipt } from '../../src/domain/provider.ts'
import { createSandboxPush, createSandboxSms } from '../../src/providers/sandbox.ts'
import { conformsAsSmsProvider, smsTo } from './conformance.ts'

const forever = new AbortController().signal

conformsAsSmsProvider('The sandbox', async () => {
  const { provider } = setUpSms()
  return {
    provider,
    accepted: 'captured',
    contacts: {
      accepted: contact('+201009129288'),
      refusedForGood: magic(101),
      throttled: magic(102),
      uncertain: magic(104),
      hanging: magic(103),
    },
    callback: null,
    close: () => provider.close(),
  }
})

describe('an SMS in capture mode', () => {
  it('is captured, and nothing more happens to it', async () => {
    const { provider, receipts, timers } = setUpSms()
    expect(await provider.submit(smsTo(contact('+201009129288'), 7), forever)).toEqual({
      kind: 'accepted',
      providerMessageId: 'sandbox-7.1',
      status: 'captured',
    })
    timers.pass(60_000)
    expect(receipts).toEqual([])
  })

  it.each([
    [100, 'delivered'],
    [107, 'delivered before it answers'],
  ])('to +15005550%i is sent, then %s', async (last) => {
    const { provider, receipts, timers } = setUpSms()
    expect(await provider.submit(smsTo(magic(last), 7), forever)).toMatchObject({ kind: 'accepted', status: 'sent' })
    timers.pass(999)
    expect(receipts).toEqual([])
    timers.pass(1)
    expect(receipts).toEqual([
      {
        provider: 'sandbox',
        providerMessageId: 'sandbox-7.1',
        attempt: { messageId: 7, number: 1 },
        status: 'delivered',
        failure: null,
        at: null,
      },
    ])
  })

  it('to a phone that is off is sent, then not delivered', async () => {
    const { provider, receipts, timers } = setUpSms()
    expect(await provider.submit(smsTo(magic(105), 7), forever)).toMatchObject({ kind: 'accepted', status: 'sent' })
    timers.pass(1_000)
    expect(receipts).toMatchObject([
      { status: 'undelivered', failure: { class: 'permanent', status: 'undelivered', reason: 'unreachable' } },
    ])
  })

  it('may have a receipt that comes late and twice', async () => {
    const { provider, receipts, timers } = setUpSms()
    await provider.submit(smsTo(magic(106), 7), forever)
    timers.pass(7_999)
    expect(receipts).toEqual([])
    timers.pass(2_000)
    expect(receipts).toHaveLength(2)
    expect(receipts[1]).toEqual(receipts[0])
  })

  it('is throttled once, and told apart from the second attempt without a memory', async () => {
    const first = await setUpSms().provider.submit(smsTo(magic(102), 7), forever)
    expect(first).toMatchObject({ kind: 'refused', failure: { class: 'throttled', waitMs: 1_000 } })
    const second = await setUpSms().provider.submit(smsTo(magic(102), 7, { attempt: 2 }), forever)
    expect(second).toMatchObject({ kind: 'accepted', status: 'sent', providerMessageId: 'sandbox-7.2' })
  })

  it('is taken after five seconds', async () => {
    const { provider, timers } = setUpSms()
    const outcome = provider.submit(smsTo(magic(103), 7), forever)
    timers.pass(4_999)
    expect(await settledNow(outcome)).toBe(false)
    timers.pass(1)
    expect(await outcome).toMatchObject({ kind: 'accepted', status: 'sent' })
  })

  it('may be one of a whole window that waits, without a warning of a leak', async () => {
    const warnings: Error[] = []
    const note = (warning: Error): void => void warnings.push(warning)
    process.on('warning', note)
    const { provider, timers } = setUpSms()
    const { signal } = new AbortController()
    const ids = Array.from({ length: provider.window }, (_, index) => index + 1)
    const outcomes = ids.map((id) => provider.submit(smsTo(magic(103), id), signal))
    timers.pass(5_000)
    await Promise.all(outcomes)
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', note)
    expect(warnings).toEqual([])
  })

  it('whose answer was lost is found when asked after, and gets through when repeated', async () => {
    const { provider } = setUpSms()
    const sms = smsTo(magic(104), 7)
    expect(await provider.submit(sms, forever)).toMatchObject({ kind: 'refused', failure: { class: 'uncertain' } })
    expect(await provider.reconcile?.(sms, new Date(0), forever)).toMatchObject({
      kind: 'found',
      receipt: { status: 'delivered', attempt: { messageId: 7, number: 1 } },
    })
    expect(await provider.submit({ ...sms, attempt: 2 }, forever)).toMatchObject({ kind: 'accepted', status: 'sent' })
  })

  it('whose process ended before it was taken is not there when asked after', async () => {
    const { provider } = setUpSms()
    const sms = smsTo(contact('+201009129288'), 7)
    expect(await provider.reconcile?.(sms, new Date(0), forever)).toEqual({ kind: 'absent' })
  })

  it('has no receipts after the end', async () => {
    const { provider, receipts, timers } = setUpSms()
    await provider.submit(smsTo(magic(100), 7), forever)
    await provider.close()
    timers.pass(60_000)
    expect(receipts).toEqual([])
  })
})

describe('a push in capture mode', () => {
  it('is captured for tokens, installation ids and topics alike', async () => {
    const { submit } = setUpPush()
    const targets = [
      token('a'),
      { kind: 'fid', value: 'cFictional-0123_456789' },
      { kind: 'topic', value: 'news' },
    ] as const
    const captured = { kind: 'accepted', providerMessageId: null, status: 'captured' }
    expect(await submit(7, targets)).toEqual([
      [0, captured],
      [1, captured],
      [2, captured],
    ])
  })

  it('has one outcome for each target, those that play a life among them', async () => {
    const { submit, timers } = setUpPush()
    const lives = [
      'plain',
      'sandbox:delivered',
      'sandbox:unregistered',
      'sandbox:throttled',
      'sandbox:slow',
      'sandbox:uncertain',
    ]
    const outcomes = submit(7, lives.map(token))
    timers.pass(5_000)
    expect((await outcomes).toSorted(([one], [other]) => one - other)).toMatchObject([
      [0, { kind: 'accepted', status: 'captured' }],
      [1, { kind: 'accepted', status: 'sent' }],
      [2, { kind: 'refused', failure: { class: 'recipient-gone', reason: 'unregistered', address: 'retire' } }],
      [3, { kind: 'refused', failure: { class: 'throttled', counted: false, waitMs: 1_000 } }],
      [4, { kind: 'accepted', status: 'sent' }],
      [5, { kind: 'refused', failure: { class: 'uncertain' } }],
    ])
  })

  it.each(['sandbox:throttled', 'sandbox:uncertain'])('to %s gets through the second time', async (value) => {
    const { submit } = setUpPush()
    expect(await submit(7, [token(value)])).toMatchObject([[0, { kind: 'refused' }]])
    expect(await submit(7, [token(value)])).toMatchObject([[0, { kind: 'accepted', status: 'sent' }]])
    expect(await submit(8, [token(value)])).toMatchObject([[0, { kind: 'refused' }]])
  })

  it('remembers only the last thousand of those', async () => {
    const { submit } = setUpPush()
    for (let id = 1; id <= 1_001; id++) await submit(id, [token('sandbox:throttled')])
    expect(await submit(2, [token('sandbox:throttled')])).toMatchObject([[0, { kind: 'accepted' }]])
    expect(await submit(1, [token('sandbox:throttled')])).toMatchObject([[0, { kind: 'refused' }]])
  })

  it('that is stopped has sent nothing of what waited, and is uncertain of what was under way', async () => {
    const { submit } = setUpPush()
    expect(await submit(7, [token('a'), token('sandbox:slow')], AbortSignal.abort())).toMatchObject([
      [0, { kind: 'refused', failure: { class: 'transient', reason: 'not_sent', counted: false } }],
      [1, { kind: 'refused', failure: { class: 'transient', reason: 'not_sent', counted: false } }],
    ])
    const keptBack = failure('transient', 'not_sent', { counted: false })
    expect(await submit(9, [token('a'), token('sandbox:slow')], forever, () => keptBack)).toEqual([
      [0, { kind: 'refused', failure: keptBack }],
      [1, { kind: 'refused', failure: keptBack }],
    ])
    const stop = new AbortController()
    const outcomes = submit(8, [token('a'), token('sandbox:slow')], stop.signal)
    stop.abort()
    expect(await outcomes).toMatchObject([
      [0, { kind: 'accepted', status: 'captured' }],
      [1, { kind: 'refused', failure: { class: 'uncertain' } }],
    ])
  })
})

interface Timers {
  after(ms: number, run: () => void): void
  pass(ms: number): void
}

/** A clock that stands still until it is told. */
function createTimers(): Timers {
  let now = 0
  let waiting: { readonly at: number; readonly run: () => void }[] = []
  return {
    after: (ms, run) => void waiting.push({ at: now + ms, run }),
    pass(ms) {
      now += ms
      const due = waiting.filter(({ at }) => at <= now).toSorted((one, other) => one.at - other.at)
      waiting = waiting.filter(({ at }) => at > now)
      for (const { run } of due) run()
    },
  }
}

function setUpSms(): { provider: ReturnType<typeof createSandboxSms>; receipts: Receipt[]; timers: Timers } {
  const timers = createTimers()
  const receipts: Receipt[] = []
  const provider = createSandboxSms({ after: timers.after, onReceipt: (receipt) => receipts.push(receipt) })
  return { provider, receipts, timers }
}

function setUpPush(): {
  submit: (
    id: number,
    targets: readonly PushTarget[],
    signal?: AbortSignal,
    gate?: Gate,
  ) => Promise<(readonly [number, Outcome])[]>
  timers: Timers
} {
  const timers = createTimers()
  const provider = createSandboxPush({ after: timers.after })
  return {
    timers,
    async submit(notificationId, targets, signal = forever, gate = () => null) {
      const outcomes: (readonly [number, Outcome])[] = []
      await provider.submitMany(content(notificationId), targets, (...outcome) => outcomes.push(outcome), signal, gate)
      return outcomes
    },
  }
}

async function settledNow(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([promise.then(() => true), new Promise<boolean>((resolve) => setImmediate(resolve, false))])
}

function contact(text: string): Msisdn {
  const reading = parseContact(text, null)
  if (reading.kind === 'problem') throw new Error(reading.message)
  return reading.contact
}

function magic(last: number): Msisdn {
  return contact(`+15005550${last}`)
}

function token(value: string): PushTarget {
  return { kind: 'token', value }
}

function content(notificationId: number): PushContent {
  const none = {
    image: null,
    link: null,
    data: null,
    android: null,
    androidV2: null,
    apns: null,
    webpush: null,
    fcmOptions: null,
  }
  return { notificationId, title: 'Hello', body: 'World', dataOnly: false, ttlSeconds: null, ...none }
}
