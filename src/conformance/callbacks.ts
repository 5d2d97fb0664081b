import assert from 'node:assert/strict'
import type { CallbackReading, ProviderCallback, SmsProvider } from '../domain/provider.ts'
import type { SmsPromise } from './stage.ts'

export const CALLBACK_PROMISES: readonly SmsPromise[] = [
  {
    name: 'believes a genuine callback, if it is called back at all',
    async keep({ provider, callback }) {
      if (callback === null) return 'this provider does not call back'
      const reading = provider.readCallback(callback())
      assert.equal(reading.kind, 'receipts')
      if (reading.kind !== 'receipts') return null
      const [receipt] = reading.receipts
      assert.equal(receipt?.provider, provider.name)
      assert.equal(receipt.status, 'delivered')
      assert.equal(receipt.failure, null)
      return null
    },
  },
  {
    name: 'believes no callback of which a byte or the signature is another',
    async keep({ provider, callback }) {
      if (callback === null) return 'this provider does not call back'
      for (const forged of forgeries(callback())) assertNot('receipts', provider.readCallback(forged))
      return null
    },
  },
  {
    name: 'takes a genuine text that comes in, and none that is forged',
    async keep({ provider, inbound }) {
      if (inbound === undefined || provider.readInbound === undefined) return 'no texts come in by callbacks'
      const reading = provider.readInbound(inbound())
      assert.equal(reading.kind, 'inbound')
      if (reading.kind !== 'inbound') return null
      const [message] = reading.messages
      assert.equal(message?.provider, provider.name)
      assert.match(message.from, /^\+[1-9]\d{1,14}$/)
      assert.ok(message.to.length > 0 && message.text.length > 0, 'whom it was sent to, and its text')
      for (const forged of forgeries(inbound())) assertNot('inbound', provider.readInbound(forged))
      return null
    },
  },
  {
    name: 'never throws on a callback, whatever is in it',
    async keep({ provider, callback, inbound }) {
      const genuine = [callback?.(), inbound?.()].filter((one) => one !== undefined)
      for (const like of [...genuine, NOTHING]) for (const body of garbage()) readAll(provider, { ...like, body })
      return null
    },
  },
]

const NOTHING: ProviderCallback = { url: '/callbacks/x/status', headers: {}, body: Buffer.alloc(0) }

/** Each with one change; what says how to read the body is nobody's signature. */
function forgeries(genuine: ProviderCallback): readonly ProviderCallback[] {
  const { body, headers } = genuine
  const flipped = Array.from(body, (byte, index) => {
    const other = Buffer.from(body)
    other[index] = byte ^ 1
    return other
  })
  const bodies = [...flipped, body.subarray(0, -1), Buffer.concat([body, Buffer.from('&x=1')]), Buffer.alloc(0)]
  const signatures = Object.keys(headers).filter((name) => !name.startsWith('content-'))
  return [
    ...bodies.map((other) => ({ ...genuine, body: other })),
    ...signatures.map((name) => ({ ...genuine, headers: { ...headers, [name]: undefined } })),
  ]
}

function assertNot(kind: CallbackReading['kind'], reading: CallbackReading): void {
  assert.notEqual(reading.kind, kind, 'a forged callback was believed')
}

function readAll(provider: SmsProvider, callback: ProviderCallback): void {
  provider.readCallback(callback)
  provider.readInbound?.(callback)
}

/** The same each time: a linear congruential generator. Source of its numbers: Numerical Recipes, "quick and dirty". */
function* garbage(): Generator<Buffer> {
  for (const text of ['', '{', '[]', '{}', 'null', '"x"', '=', '&&', '%', '{"events":[null]}', '{"events":{}}']) {
    yield Buffer.from(text)
  }
  let state = 1
  for (let length = 1; length <= 200; length += 1) {
    yield Buffer.from(
      Array.from({ length }, () => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
        return state >>> 24
      }),
    )
  }
}
