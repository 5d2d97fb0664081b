import { Type, type Static } from 'typebox'
import { STATUSES, type Status } from './statuses.ts'

/** The states of a message, by the words of receipts. Source: SMPP v3.4 §5.2.28 and appendix B. */
export const STATES = {
  ENROUTE: 1,
  DELIVRD: 2,
  EXPIRED: 3,
  DELETED: 4,
  UNDELIV: 5,
  ACCEPTD: 6,
  UNKNOWN: 7,
  REJECTD: 8,
} as const

export type State = keyof typeof STATES

const STRICT = { additionalProperties: false } as const
const names = Object.keys(STATUSES) as Status[]
const states = Object.keys(STATES) as State[]

/** How a receipt says what it is about: in its text, in its optional parameters, or in both. */
export const FORM = Type.Enum(['both', 'text', 'tlvs'])

export const PLAY = Type.Object(
  {
    /** Refused with this command_status instead of taken. */
    status: Type.Optional(Type.Enum(names)),
    /** The same, for one that SMPP v3.4 has no name for. */
    code: Type.Optional(Type.Integer({ minimum: 1, maximum: 0xff_ff_ff_ff })),
    /**
     * Instead of one answer: none; a closed connection; a generic_nack; two; one for a sequence number that nobody used; one that
     * waits until the next submit_sm is answered.
     */
    answer: Type.Optional(Type.Enum(['never', 'cut', 'nack', 'twice', 'unknown-sequence', 'after-next'])),
    /** The PDU was read, but the message is not taken; with `never` or `cut`. */
    lose: Type.Optional(Type.Boolean()),
    /** Milliseconds before the answer. */
    slowMs: Type.Optional(Type.Integer({ minimum: 0 })),
    /** It unbinds after the answer. */
    unbind: Type.Optional(Type.Boolean()),
    /** Those to come, in order; one that it was delivered unless said. */
    receipts: Type.Optional(
      Type.Array(
        Type.Object({ state: Type.Enum(states), error: Type.Optional(Type.String({ maxLength: 3 })) }, STRICT),
      ),
    ),
    /** Milliseconds before each. */
    receiptAfterMs: Type.Optional(Type.Integer({ minimum: 0 })),
    /** They do not wait for the answer. */
    receiptsFirst: Type.Optional(Type.Boolean()),
    /** Each is sent this often; 1 unless said, 0 loses it. */
    receiptCopies: Type.Optional(Type.Integer({ minimum: 0 })),
    receiptForm: Type.Optional(FORM),
  },
  STRICT,
)

export type Play = Static<typeof PLAY>
export type Form = Static<typeof FORM>

const BY_CODE = new Map<number, Status>(Object.entries(STATUSES).map(([name, code]) => [code, name as Status]))

/** By the two digits after `+15007`; the four digits that follow are free. */
const BEHAVIOURS: Readonly<Record<string, Play>> = {
  '01': { status: 'ESME_RTHROTTLED' },
  '02': { status: 'ESME_RMSGQFUL' },
  '10': { answer: 'nack' },
  '12': { answer: 'cut' },
  '13': { answer: 'cut', lose: true },
  '14': { answer: 'never' },
  '15': { answer: 'never', lose: true },
  '16': { answer: 'twice' },
  '17': { answer: 'unknown-sequence' },
  '18': { answer: 'after-next' },
  '20': { slowMs: 5_000 },
  '21': { slowMs: 50 },
  '22': { unbind: true },
  '30': { receiptsFirst: true },
  '31': { receiptCopies: 2 },
  '32': { receiptCopies: 0 },
  '33': { receipts: [{ state: 'ENROUTE' }] },
  '34': { receipts: [{ state: 'DELIVRD' }, { state: 'ENROUTE' }] },
  '35': { receiptForm: 'text' },
  '36': { receiptForm: 'tlvs' },
}

/** With these only the first message to a number is treated so; its next one is taken. */
const ONCE = /^\+15007(01|02|10|12|13|14|15|16|17)/

/**
 * What becomes of a message that no rule speaks of, by its destination: `+15006CCCCC0` is refused with command_status CCCCC (decimal),
 * `+1500600EEES` gets a receipt with error EEE and state S; `+15007BB…` behaves as `BEHAVIOURS` says. `seen` counts the earlier
 * messages to it.
 */
export function playOf(to: string, seen: number): Play {
  const [, code] = /^\+15006(\d{5})0$/.exec(to) ?? []
  const status = BY_CODE.get(Number(code))
  if (status !== undefined && status !== 'ESME_ROK') return { status }
  const [, error, state] = /^\+1500600(\d{3})([1-8])$/.exec(to) ?? []
  const word = states.find((name) => STATES[name] === Number(state))
  if (error !== undefined && word !== undefined) return { receipts: [{ state: word, error }] }
  if (ONCE.test(to) && seen > 0) return {}
  return BEHAVIOURS[/^\+15007(\d\d)\d{4}$/.exec(to)?.[1] ?? ''] ?? {}
}
