import { createServer as createHttp } from 'node:http'
import { createServer as createTcp } from 'node:net'
import { createServer as createTls } from 'node:tls'
import { makeCertificate } from './certificate.ts'
import { answerControl, type Deeds } from './control.ts'
import { createLedger } from './ledger.ts'
import { listenOn } from './listen-on.ts'
import { createRules } from './rules.ts'
import { createCrowd } from './smsc/crowd.ts'
import { inboundOf } from './smsc/deliveries.ts'
import { readInbound } from './smsc/inbound.ts'
import { createOutbox, type Outbox } from './smsc/outbox.ts'
import { type Form, PLAY } from './smsc/script.ts'
import { nameOf } from './smsc/statuses.ts'
import type { Submission } from './smsc/submission.ts'
import { createSubmits, type IdForm } from './smsc/submits.ts'
import { createThrottle } from './smsc/throttle.ts'

export interface FakeSmscOptions {
  /** 0, as when not said, takes any free port. */
  readonly port?: number
  /** Of HTTP; the same. */
  readonly controlPort?: number
  readonly systemId?: string
  readonly password?: string
  /** Binds that one may hold at once; 10 unless said. */
  readonly maxBinds?: number
  /** More in a second are refused with ESME_RTHROTTLED. */
  readonly perSecond?: number
  /** `decimal` unless said. */
  readonly responseIds?: IdForm
  readonly receiptIds?: IdForm
  /** A message later has an id that is one more. Unless said, from the clock, so that no two lives give the same. */
  readonly firstId?: bigint
  /** Milliseconds before a receipt; 0 unless said. */
  readonly receiptAfterMs?: number
  readonly receiptForm?: Form
  /** So many receipts are gathered and go out in the opposite order. */
  readonly receiptsTogether?: number
  /** Before a deliver_sm that was refused for now goes out again; 1,000 unless said. */
  readonly repeatMs?: number
  /** With TLS, by a certificate that nobody knows. */
  readonly tls?: boolean
  /** A file that gets one JSON line for each message taken, before it is answered. */
  readonly ledger?: string
  /** The rules of a script file (`rules.ts`), which come before what numbers ask for. */
  readonly rules?: unknown
  readonly now?: () => Date
}

/** A look-alike of an SMSC that speaks SMPP 3.4, for tests. */
export interface FakeSmsc {
  readonly port: number
  /** Where HTTP changes what it does while it runs (`/control`). */
  readonly controlUrl: string
  /** The authority behind its certificate, in PEM; null without TLS. */
  readonly ca: string | null
  readonly systemId: string
  readonly password: string
  /** What it took, in order. */
  messages(): readonly Submission[]
  /** How many are bound. */
  binds(): number
  /** Somebody texts; resolves with the names of the statuses that each segment was answered with at last. */
  text(from: string, to: string, text: string): Promise<readonly string[]>
  /** Sends unbind to all who are bound. */
  unbind(): void
  /** Cuts all connections. */
  cut(): void
  /** Reads and takes on, but writes nothing until it is told `false`. */
  mute(on: boolean): void
  /** Sends the receipts that `receiptsTogether` gathered. */
  release(): void
  close(): Promise<void>
}

export async function startFakeSmsc(options: FakeSmscOptions = {}): Promise<FakeSmsc> {
  const now = options.now ?? (() => new Date())
  const [systemId, password] = [options.systemId ?? 'look-alike', options.password ?? 'secret08']
  const rules = createRules(PLAY, ['to', 'from', 'text', 'systemId'], options.rules)
  const closing = new AbortController()
  const outbox = createOutbox(options.repeatMs ?? 1_000, closing.signal)
  const book = createBook(options.ledger ?? null, now)
  const submits = createSubmits({
    ...submitsOptions(options, now),
    outbox,
    rule: rules.playFor,
    onTaken: book.take,
    closing: closing.signal,
  })
  const crowd = createCrowd({
    systemId,
    password,
    maxBinds: options.maxBinds ?? 10,
    outbox,
    onSubmit: (session, bound, pdu) => void submits.take(session, bound, pdu),
  })
  const text = createTexting(systemId, outbox)
  const controls = { unbind: crowd.unbind, cut: crowd.cut, mute: crowd.mute, release: submits.release }
  const deeds = { script: rules.replace, ...toDeeds(controls, text) }
  const facts = () => ({ accepted: book.messages.length, binds: crowd.binds(), answers: outbox.answers() })
  const certificate = options.tls === true ? makeCertificate(['localhost', '127.0.0.1', '::1'], now()) : null
  const smpp = certificate === null ? createTcp(crowd.join) : createTls(certificate, crowd.join)
  const control = createHttp((request, response) => void answerControl(request, response, deeds, facts))
  const port = await listenOn(smpp, options.port ?? 0)
  return {
    port,
    controlUrl: `http://127.0.0.1:${await listenOn(control, options.controlPort ?? 0)}/control`,
    ca: certificate?.cert ?? null,
    systemId,
    password,
    messages: () => book.messages,
    binds: crowd.binds,
    text,
    ...controls,
    async close() {
      closing.abort()
      const closed = [smpp, control].map((server) => new Promise((resolve) => server.close(resolve)))
      crowd.cut()
      control.closeAllConnections()
      await Promise.all(closed)
      book.close()
    },
  }
}

function submitsOptions(options: FakeSmscOptions, now: () => Date) {
  return {
    // From the clock, so that no two lives give the same.
    firstId: options.firstId ?? BigInt(now().getTime()) * 1_000n,
    responseIds: options.responseIds ?? 'decimal',
    receiptIds: options.receiptIds ?? 'decimal',
    receiptAfterMs: options.receiptAfterMs ?? 0,
    receiptForm: options.receiptForm ?? 'both',
    receiptsTogether: options.receiptsTogether ?? 1,
    throttle: createThrottle(options.perSecond ?? null),
    now,
  } as const
}

function createBook(path: string | null, now: () => Date) {
  const ledger = createLedger(path)
  const messages: Submission[] = []
  return {
    messages: messages as readonly Submission[],
    take(messageId: string, message: Submission): void {
      messages.push(message)
      ledger.write({ provider: 'smpp', at: now().toISOString(), messageId, ...message })
    },
    close: ledger.close,
  }
}

function createTexting(systemId: string, outbox: Outbox): FakeSmsc['text'] {
  let reference = 0
  return async (from, to, text) => {
    reference = (reference + 1) % 256
    const segments = inboundOf(from, to, text, reference)
    const statuses = await Promise.all(segments.map((segment) => outbox.deliver(systemId, segment)))
    return statuses.map(nameOf)
  }
}

function toDeeds(controls: Pick<FakeSmsc, 'unbind' | 'cut' | 'mute' | 'release'>, text: FakeSmsc['text']): Deeds {
  return {
    inbound(wish) {
      const inbound = readInbound(wish)
      // It may wait long for somebody who takes it.
      void text(inbound.from, inbound.to, inbound.text)
    },
    unbind: () => controls.unbind(),
    cut: () => controls.cut(),
    mute: (on) => controls.mute(on === true),
    release: () => controls.release(),
  }
}
