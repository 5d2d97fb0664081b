import { once } from 'node:events'
import { pino } from 'pino'
import smpp, { type Pdu, type Session } from 'smpp'
import { onTestFinished } from 'vitest'
import type { InboundSms, Receipt, SmsProvider, UnreadableReceipt } from '../../../src/domain/provider.ts'
import { type FakeSmsc, type FakeSmscOptions, startFakeSmsc } from '../../../src/fakes/smsc.ts'
import { createSmpp, type SmppParts, type SmppProviderOptions } from '../../../src/providers/smpp/provider.ts'
import { readSmppUrl, type SmppOptions } from '../../../src/providers/smpp/url.ts'
import { until } from '../../support/until.ts'

export const forever = new AbortController().signal

/** A provider with its own side of the service: what it handed over, and what it logged. */
export interface Opened {
  readonly provider: SmsProvider
  readonly receipts: Receipt[]
  readonly inbound: InboundSms[]
  readonly unreadable: UnreadableReceipt[]
  readonly lines: string[]
  /** Holds so many binds, and waits until all submitters are bound. */
  bound(slots?: number): Promise<void>
}

export function optionsOf(url: string): SmppOptions {
  const reading = readSmppUrl(url)
  if (!('options' in reading)) throw new Error(reading.problem)
  return reading.options
}

/** Closed at the test's end. `query`: of its URL. */
export function openProvider(
  port: number,
  query = '',
  more: Partial<SmppProviderOptions> = {},
  other: Partial<SmppParts> = {},
): Opened {
  const options = { ...optionsOf(`smpp://look-alike:secret08@127.0.0.1:${port}?${query}`), name: 'smpp', ...more }
  const [receipts, inbound, lines]: [Receipt[], InboundSms[], string[]] = [[], [], []]
  const unreadable: UnreadableReceipt[] = []
  const provider = createSmpp(options, {
    log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }),
    monotonic: () => performance.now(),
    chance: () => 0,
    after,
    takeReceipt: async (receipt) => void receipts.push(receipt),
    takeInbound: async (message) => void inbound.push(message),
    takeUnreadable: async (receipt) => void unreadable.push(receipt),
    ...other,
  })
  onTestFinished(() => provider.close())
  return {
    provider,
    receipts,
    inbound,
    unreadable,
    lines,
    async bound(slots = options.binds) {
      provider.binds?.hold(Array.from({ length: slots }, (_, slot) => slot))
      await until(() => provider.window === slots * options.window)
    },
  }
}

export function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}

/** Closed at the test's end. */
export async function openFake(options: FakeSmscOptions = {}): Promise<FakeSmsc> {
  const fake = await startFakeSmsc(options)
  onTestFinished(() => fake.close())
  return fake
}

/** A look-alike, and a provider that is bound to it. */
export async function setSmppStage(
  fakeOptions: FakeSmscOptions = {},
  query = '',
  more: Partial<SmppProviderOptions> = {},
): Promise<Opened & { readonly fake: FakeSmsc }> {
  const fake = await openFake(fakeOptions)
  const opened = openProvider(fake.port, query, more)
  await opened.bound()
  return { ...opened, fake }
}

/** An SMSC by somebody else. */
export interface Peer {
  readonly port: number
  readonly sessions: readonly Session[]
  /** Every PDU that came, in order. */
  readonly all: readonly Pdu[]
}

/** `answer`: the fields of what answers a request; null: nothing does. Binds and enquiries are answered with success unless it says otherwise. */
export async function openPeer(answer: (pdu: Pdu) => Readonly<Record<string, unknown>> | null): Promise<Peer> {
  const [sessions, all]: [Session[], Pdu[]] = [[], []]
  const server = smpp.createServer((session) => {
    sessions.push(session)
    session.on('error', () => undefined)
    session.on('pdu', (pdu: Pdu) => {
      all.push(pdu)
      if (pdu.command.endsWith('_resp') || pdu.command === 'generic_nack') return
      const fields = answer(pdu)
      if (fields !== null) session.send(pdu.response(fields))
    })
  })
  server.listen(0, '127.0.0.1', () => undefined)
  await once(server, 'listening')
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(resolve)
        for (const session of sessions) session.destroy()
      }),
  )
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the peer listens nowhere')
  return { port: address.port, sessions, all }
}

/** An SMSC that answers what is submitted when the test does. */
export async function openTardy(): Promise<{ readonly peer: Peer; readonly held: readonly Pdu[] }> {
  const held: Pdu[] = []
  const peer = await openPeer((pdu) => {
    if (pdu.command !== 'submit_sm') return {}
    held.push(pdu)
    return null
  })
  return { peer, held }
}

export function isOutcome<Kind extends 'accepted' | 'refused'>(
  outcome: Awaited<ReturnType<SmsProvider['submit']>>,
  kind: Kind,
): Extract<typeof outcome, { kind: Kind }> {
  if (outcome.kind !== kind) throw new Error(`expected ${kind}, got ${JSON.stringify(outcome)}`)
  return outcome as Extract<typeof outcome, { kind: Kind }>
}
