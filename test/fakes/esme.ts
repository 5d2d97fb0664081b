import { once } from 'node:events'
import smpp, { type Pdu, type Session } from 'smpp'
import type { FakeSmsc } from '../../src/fakes/smsc.ts'

type Fields = Readonly<Record<string, unknown>>

/** A client by somebody else, connected to the look-alike. */
export interface Esme {
  readonly session: Session
  /** The deliver_sm that came, in order. */
  readonly received: readonly Pdu[]
  /** Every PDU that came, in order. */
  readonly all: readonly Pdu[]
  /** Sends a PDU; resolves with what answers its sequence number. */
  ask(command: string, fields?: Fields): Promise<Pdu>
  /** An SMS in the default alphabet, with a receipt asked for. */
  submit(to: string, text?: string, fields?: Fields): Promise<Pdu>
  /** Whether the connection has ended. */
  ended(): boolean
  close(): Promise<void>
}

/** `answer`: the command_status of each deliver_sm_resp; null: none. */
export async function connect(
  fake: FakeSmsc,
  answer: (pdu: Pdu) => number | null = () => 0,
  tls: Fields = {},
): Promise<Esme> {
  const session = smpp.connect({ host: '127.0.0.1', port: fake.port, ...tls })
  const received: Pdu[] = []
  const all: Pdu[] = []
  let ended = false
  session.on('error', () => undefined)
  session.on('close', () => (ended = true))
  session.on('pdu', (pdu: Pdu) => {
    all.push(pdu)
    if (pdu.command === 'unbind') session.send(pdu.response())
    if (pdu.command !== 'deliver_sm') return
    received.push(pdu)
    const status = answer(pdu)
    if (status !== null) session.send(pdu.response({ command_status: status }))
  })
  await once(session, 'tls' in tls ? 'secureConnect' : 'connect')
  const ask = (command: string, fields: Fields = {}): Promise<Pdu> =>
    new Promise((resolve) => session.send(new smpp.PDU(command, fields), resolve))
  return {
    session,
    received,
    all,
    ask,
    submit: (to, text = 'Hello', fields = {}) =>
      ask('submit_sm', {
        source_addr: '15005550006',
        source_addr_ton: 1,
        destination_addr: to.replace('+', ''),
        dest_addr_ton: 1,
        registered_delivery: 1,
        data_coding: 0,
        short_message: text,
        ...fields,
      }),
    ended: () => ended,
    async close() {
      if (ended) return
      session.destroy()
      await once(session, 'close')
    },
  }
}

/** Bound as a transceiver, unless `command` says otherwise. */
export async function bind(
  fake: FakeSmsc,
  command = 'bind_transceiver',
  answer: (pdu: Pdu) => number | null = () => 0,
): Promise<Esme> {
  const esme = await connect(fake, answer)
  const answered = await esme.ask(command, { system_id: fake.systemId, password: fake.password })
  if (answered.command_status !== 0) throw new Error(`not bound: ${answered.command_status}`)
  return esme
}
