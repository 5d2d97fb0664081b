import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { createFramer } from '../../../src/fakes/smsc/framer.ts'
import { decode, encode, type Malformed, type NewPdu, type Pdu } from '../../../src/fakes/smsc/pdu.ts'
import { LIMITS } from '../../../src/providers/smpp/limits.ts'
import { openSession } from '../../../src/providers/smpp/session.ts'
import type { Oddity, Session, SessionEnd, SessionOptions } from '../../../src/providers/smpp/session-parts.ts'
import type { Answer, Submission } from '../../../src/providers/smpp/submission.ts'
import { until } from '../../support/until.ts'
import { createClock, type TestClock } from './clock.ts'

type Came = Pdu | Malformed

/** A session, its clock, and whoever it is connected to, by the codec of the look-alike. */
export interface Rig {
  readonly session: Session
  readonly clock: TestClock
  readonly came: Came[]
  readonly oddities: Oddity[]
  readonly ends: SessionEnd[]
  readonly kept: (() => void)[]
  send(pdu: NewPdu): void
  raw(octets: Buffer): void
  /** The next PDU with this command that nobody took yet. */
  take(command: string): Promise<Came>
  /** Connected and bound. */
  bind(): Promise<void>
  cut(): void
  submit(): { answers: Answer[]; late: number[] }
}

export async function setUp(options: Partial<SessionOptions> = {}, keepAtOnce = true): Promise<Rig> {
  const clock = createClock()
  const sockets: Socket[] = []
  const [came, oddities, ends, kept]: [Came[], Oddity[], SessionEnd[], (() => void)[]] = [[], [], [], []]
  const server = createServer((socket) => {
    sockets.push(socket)
    const cut = createFramer()
    socket.on('error', () => undefined)
    socket.on('data', (piece: Buffer) => came.push(...cut(piece).frames.map(decode)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the peer listens nowhere')
  const session = openSession(
    {
      place: { host: '127.0.0.1', port: address.port, tls: null },
      mode: 'transceiver',
      systemId: 'acme',
      password: 'secret',
      systemType: '',
      window: 10,
      limits: LIMITS,
      ...options,
    },
    {
      ...clock,
      keep: () => (keepAtOnce ? Promise.resolve(0) : new Promise<number>((resolve) => kept.push(() => resolve(0)))),
      onOddity: (oddity) => oddities.push(oddity),
    },
    { onBound: () => undefined, onRoom: () => undefined, onLeaving: () => undefined, onEnd: (end) => ends.push(end) },
  )
  onTestFinished(async () => {
    session.destroy()
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const socketNow = (): Socket => {
    const socket = sockets.at(-1)
    if (socket === undefined) throw new Error('nobody is connected')
    return socket
  }
  const rig: Rig = {
    session,
    clock,
    came,
    oddities,
    ends,
    kept,
    send: (pdu) => void socketNow().write(encode(pdu)),
    raw: (octets) => void socketNow().write(octets),
    async take(command) {
      const index = await until(() => {
        const at = came.findIndex((pdu) => pdu.command === command)
        return at === -1 ? null : { at }
      })
      const [pdu] = came.splice(index.at, 1)
      if (pdu === undefined) throw new Error('it was there')
      return pdu
    },
    async bind() {
      const { sequence } = await rig.take('bind_transceiver')
      rig.send({ command: 'bind_transceiver_resp', sequence, fields: { system_id: 'x' } })
      await until(() => session.isBound())
    },
    cut: () => void socketNow().destroy(),
    submit() {
      const [answers, late]: [Answer[], number[]] = [[], []]
      const submission: Submission = {
        encode: (sequence) => encode({ command: 'submit_sm', sequence, fields: { destination_addr: '15005550006' } }),
        settle: (answer) => answers.push(answer),
        late: (status) => late.push(status),
      }
      session.submit(submission)
      return { answers, late }
    },
  }
  return rig
}

export async function bound(options: Partial<SessionOptions> = {}, keepAtOnce = true): Promise<Rig> {
  const rig = await setUp(options, keepAtOnce)
  await rig.bind()
  return rig
}

let asked = 4_711

/** Whoever asks like this is answered if the stream is where it should be. */
export async function isInStep(rig: Rig): Promise<void> {
  const number = (asked += 1)
  rig.send({ command: 'enquire_link', sequence: number })
  await until(() => rig.came.some(({ command, sequence }) => command === 'enquire_link_resp' && sequence === number))
}
