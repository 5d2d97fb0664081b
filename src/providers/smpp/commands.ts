/** command_id by name, of all that an ESME sends or gets. Source: SMPP v3.4, table 5-1. */
export const COMMANDS = {
  bind_receiver: 0x01,
  bind_transmitter: 0x02,
  query_sm: 0x03,
  submit_sm: 0x04,
  deliver_sm: 0x05,
  unbind: 0x06,
  cancel_sm: 0x08,
  bind_transceiver: 0x09,
  outbind: 0x0b,
  enquire_link: 0x15,
  alert_notification: 0x102,
  data_sm: 0x103,
  generic_nack: 0x8000_0000,
  bind_receiver_resp: 0x8000_0001,
  bind_transmitter_resp: 0x8000_0002,
  query_sm_resp: 0x8000_0003,
  submit_sm_resp: 0x8000_0004,
  deliver_sm_resp: 0x8000_0005,
  unbind_resp: 0x8000_0006,
  cancel_sm_resp: 0x8000_0008,
  bind_transceiver_resp: 0x8000_0009,
  enquire_link_resp: 0x8000_0015,
  data_sm_resp: 0x8000_0103,
} as const

export type Command = keyof typeof COMMANDS

/** The answer to each request that has one; outbind and alert_notification have none. Source: SMPP v3.4 §4. */
export const RESPONSES = {
  bind_receiver: 'bind_receiver_resp',
  bind_transmitter: 'bind_transmitter_resp',
  query_sm: 'query_sm_resp',
  submit_sm: 'submit_sm_resp',
  deliver_sm: 'deliver_sm_resp',
  unbind: 'unbind_resp',
  cancel_sm: 'cancel_sm_resp',
  bind_transceiver: 'bind_transceiver_resp',
  enquire_link: 'enquire_link_resp',
  data_sm: 'data_sm_resp',
} as const satisfies Partial<Record<Command, Command>>

export type Request = keyof typeof RESPONSES
export type Response = (typeof RESPONSES)[Request] | 'generic_nack'

const NAMES = new Map<number, Command>(namesById())

/** Null: an id that is not in the table. */
export function commandOf(id: number): Command | null {
  return NAMES.get(id) ?? null
}

/** The answer's name, null for a command that is never answered. */
export function responseTo(command: Command): Response | null {
  return isRequest(command) ? RESPONSES[command] : null
}

function isRequest(command: Command): command is Request {
  return Object.hasOwn(RESPONSES, command)
}

function namesById(): [number, Command][] {
  return Object.entries(COMMANDS).map(([name, id]) => [id, name as Command])
}
