import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { createFramer } from '../../src/fakes/smsc/framer.ts'
import { type Command, decode, encode, type NewPdu, type Pdu } from '../../src/fakes/smsc/pdu.ts'
import { readSubmission } from '../../src/fakes/smsc/submission.ts'
import type { Smsc } from './look-alikes.ts'
import { SPELLINGS, type Delivery, type Spelling } from './spellings.ts'

/** How an SMSC writes ids: in answers, and in receipts. */
export type IdForms = 'same' | 'hex-dec' | 'dec-hex'

/** Takes everything, keeps its receipts back until it is told to send them, and writes each in another way. */
export interface ReceiptSmsc extends Smsc {
  /** How the receipts of each message were written, by its text. */
  readonly written: ReadonlyMap<string, Spelling>
  /** Sends all that was kept back, so many at once, each again as long as it is refused for now. Resolves with what became of them. */
  release(atOnce: number): Promise<Released>
  close(): Promise<void>
}

export interface Released {
  /** Deliver_sm that were answered with ESME_ROK. */
  readonly taken: number
  /** Those that were not, whatever was tried. */
  readonly refused: number
  /** Of each one's first answer. */
  readonly answerMs: readonly number[]
}

const REPEAT_MS = 500
const MOST_TRIES = 120
/** More than 64 bits hold without a sign. */
const WIDE_FROM = 10n ** 19n

export async function startReceiptSmsc(ledger: string, ids: IdForms): Promise<ReceiptSmsc> {
  const written = new Map<string, Spelling>()
  const kept: { session: Session; receipts: readonly Delivery[] }[] = []
  const sessions = new Set<Session>()
  let count = 0
  appendFileSync(ledger, '')

  /** Whoever binds gets what is kept for those that are gone. */
  const alive = (session: Session): Session => (sessions.has(session) ? session : ([...sessions][0] ?? session))

  function take(session: Session, pdu: Pdu): void {
    const message = readSubmission(pdu, '')
    if (typeof message === 'string') throw new Error(`not a submission: ${message}`)
    const number = count++
    const spelling = SPELLINGS[number % SPELLINGS.length]
    if (spelling === undefined) throw new Error('there is no spelling')
    const id = BigInt(number) + (spelling.wide === true ? WIDE_FROM : 1_000_000n)
    const asTold = ids === 'dec-hex' ? hex(id) : String(id)
    written.set(message.text ?? '', spelling)
    appendFileSync(ledger, `${JSON.stringify({ messageId: asTold, text: message.text })}\n`)
    const receipts = spelling.receipts(message, asTold)
    const [first, ...rest] = receipts
    if (spelling.early === true && first !== undefined) void session.ask(first)
    const answered = ids === 'hex-dec' ? hex(id) : String(id)
    session.write({ command: 'submit_sm_resp', sequence: pdu.sequence, fields: { message_id: answered } })
    kept.push({ session, receipts: spelling.early === true ? rest : receipts })
  }

  async function release(atOnce: number): Promise<Released> {
    const waiting = kept.splice(0)
    const answerMs: number[] = []
    let [taken, refused] = [0, 0]
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          for (const receipt of next.receipts) {
            if (await deliver(() => alive(next.session), receipt, answerMs)) taken += 1
            else refused += 1
          }
        }
      }),
    )
    return { taken, refused, answerMs }
  }

  const server = createServer((socket) => {
    const session = createSession(socket, take)
    sessions.add(session)
    socket.on('close', () => sessions.delete(session))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const place = server.address()
  if (typeof place !== 'object' || place === null) throw new Error('a port has no number')
  return {
    address: `127.0.0.1:${place.port}`,
    ledger,
    written,
    release,
    async close() {
      for (const session of sessions) session.end()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Session {
  write(pdu: NewPdu): void
  /** Resolves with the command_status of its answer; null: the connection ended before. */
  ask(delivery: Delivery): Promise<number | null>
  end(): void
}

const BINDS: readonly (Command | null)[] = ['bind_transceiver', 'bind_transmitter', 'bind_receiver']

function createSession(socket: Socket, take: (session: Session, pdu: Pdu) => void): Session {
  const waiting = new Map<number, (status: number | null) => void>()
  const frames = createFramer()
  let last = 0
  const session: Session = {
    write: (pdu) => void socket.write(encode(pdu)),
    ask(delivery) {
      if (socket.destroyed) return Promise.resolve(null)
      last += 1
      session.write({ ...delivery, sequence: last })
      return new Promise((resolve) => waiting.set(last, resolve))
    },
    end: () => void socket.destroy(),
  }
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  socket.on('close', () => {
    for (const resolve of waiting.values()) resolve(null)
    waiting.clear()
  })
  socket.on('data', (piece: Buffer) => {
    for (const frame of frames(piece).frames) {
      const pdu = decode(frame)
      if ('refuseWith' in pdu) throw new Error(`a malformed ${pdu.command} came`)
      answer(session, pdu, waiting, take)
    }
  })
  return session
}

function answer(
  session: Session,
  pdu: Pdu,
  waiting: Map<number, (status: number | null) => void>,
  take: (session: Session, pdu: Pdu) => void,
): void {
  const { command, sequence, status } = pdu
  if (command === 'submit_sm') take(session, pdu)
  else if (command === 'enquire_link') session.write({ command: 'enquire_link_resp', sequence })
  else if (command === 'unbind') session.write({ command: 'unbind_resp', sequence })
  else if (BINDS.includes(command)) session.write({ command: `${command}_resp` as Command, sequence })
  else {
    waiting.get(sequence)?.(status)
    waiting.delete(sequence)
  }
}

/** False: refused as often as makes sense. */
async function deliver(session: () => Session, receipt: Delivery, answerMs: number[]): Promise<boolean> {
  for (let tried = 1; tried <= MOST_TRIES; tried += 1) {
    const began = performance.now()
    const status = await session().ask(receipt)
    if (tried === 1) answerMs.push(performance.now() - began)
    if (status === 0) return true
    await delay(REPEAT_MS)
  }
  return false
}

function hex(id: bigint): string {
  return id.toString(16).toUpperCase()
}
