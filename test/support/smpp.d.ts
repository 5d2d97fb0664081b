/** What the tests use of a package that comes without types. */
declare module 'smpp' {
  import type { EventEmitter } from 'node:events'
  import type { Socket } from 'node:net'

  export interface Message {
    readonly message: string | Buffer
    readonly udh?: readonly Buffer[]
  }

  export interface Pdu {
    readonly command: string
    readonly command_status: number
    readonly sequence_number: number
    readonly message_id?: string
    readonly source_addr?: string
    readonly destination_addr?: string
    readonly source_addr_ton?: number
    readonly esm_class?: number
    readonly data_coding?: number
    readonly short_message?: Message
    readonly receipted_message_id?: string
    readonly message_state?: number
    readonly sc_interface_version?: number
    readonly validity_period?: string | Date
    readonly registered_delivery?: number
    /** Optional parameters that it has no name for, by their tags. */
    readonly [tag: number]: Buffer
    response(options?: Readonly<Record<string, unknown>>): Pdu
    toBuffer(): Buffer
    /** Every other field, by its name in the specification. */
    readonly [field: string]: unknown
  }

  export interface Session extends EventEmitter {
    readonly socket: Socket
    send(pdu: Pdu, onResponse?: (pdu: Pdu) => void): boolean
    destroy(): void
    deliver_sm(fields: Readonly<Record<string, unknown>>, onResponse: (pdu: Pdu) => void): boolean
    data_sm(fields: Readonly<Record<string, unknown>>, onResponse: (pdu: Pdu) => void): boolean
    enquire_link(fields: Readonly<Record<string, unknown>>, onResponse: (pdu: Pdu) => void): boolean
  }

  export interface Server extends EventEmitter {
    listen(port: number, host: string, onListening: () => void): void
    address(): { readonly port: number } | string | null
    close(onClosed: () => void): void
  }

  const library: {
    createServer(listener: (session: Session) => void): Server
    connect(options: Readonly<Record<string, unknown>>): Session
    readonly PDU: new (command: string | Buffer, options?: Readonly<Record<string, unknown>>) => Pdu
    readonly errors: Readonly<Record<string, number>>
    readonly commands: Readonly<Record<string, { readonly id: number }>>
    readonly tlvs: Readonly<Record<string, { readonly id: number }>>
    readonly consts: { readonly MESSAGE_STATE: Readonly<Record<string, number>> }
    readonly encodings: Readonly<Record<string, { encode(text: string): Buffer; decode(octets: Buffer): string }>>
  }
  export default library
}
