import { Type, type Static } from 'typebox'
import type { Notification } from './notifications.ts'
import type { Sms } from './sms.ts'
import { TOKEN_SCHEMAS } from './tokens.ts'
import { ID, named, textOrNull, TIME } from './words.ts'

const NEXT = textOrNull({ description: 'The `cursor` of the next page; null on the last.' })

const SEARCHED_UNTIL = textOrNull({
  format: 'date-time',
  description:
    'How far back this page has looked; null on the last. A page may be short, or empty, although `next` leads on: what few messages match is looked for in steps.',
})

export const SmsList = Type.Object(
  {
    success: Type.Literal(true),
    data: Type.Array(named<Sms>('Sms')),
    next: NEXT,
    searched_until: SEARCHED_UNTIL,
  },
  { $id: 'SmsList', additionalProperties: false },
)

export type SmsList = Static<typeof SmsList>

export const NotificationList = Type.Object(
  {
    success: Type.Literal(true),
    data: Type.Array(named<Notification>('Notification')),
    next: NEXT,
    searched_until: SEARCHED_UNTIL,
  },
  { $id: 'NotificationList', additionalProperties: false },
)

export type NotificationList = Static<typeof NotificationList>

export const Client = Type.Object(
  {
    client_id: ID,
    contact: Type.String({ description: 'The number; `erased:` and the id for a person who was erased.' }),
    country: textOrNull({ description: 'ISO 3166-1 alpha-2; null for a number of no single one.' }),
    messages: Type.Integer({
      minimum: 0,
      description: 'How many SMS there are; 1,000 stands for that many or more.',
    }),
    last_message_at: textOrNull({ format: 'date-time' }),
    created_at: TIME,
    erased_at: textOrNull({ format: 'date-time' }),
  },
  { $id: 'Client', additionalProperties: false, description: 'A person, as far as is known: a number.' },
)

export type Client = Static<typeof Client>

export const ClientList = Type.Object(
  {
    success: Type.Literal(true),
    data: Type.Array(named<Client>('Client')),
    next: NEXT,
    searched_until: SEARCHED_UNTIL,
  },
  { $id: 'ClientList', additionalProperties: false },
)

export type ClientList = Static<typeof ClientList>

const NumberFlag = Type.Object(
  {
    reason: Type.Enum(['blocked', 'unknown_number', 'not_mobile', 'landline'], {
      description: 'What providers say of it, as in the `reason` of a message.',
    }),
    provider: Type.String({ description: 'Who said so last.' }),
    since: TIME,
  },
  { additionalProperties: false },
)

export const ClientHistory = Type.Object(
  {
    success: Type.Literal(true),
    client: named<Client>('Client'),
    flags: Type.Array(NumberFlag, {
      description: 'Why nothing reaches the number, as far as providers say; empty for most.',
    }),
    data: Type.Array(named<Sms>('Sms'), { description: 'Everything sent to this person, newest first.' }),
    next: NEXT,
    searched_until: SEARCHED_UNTIL,
  },
  { $id: 'ClientHistory', additionalProperties: false },
)

export type ClientHistory = Static<typeof ClientHistory>

const COUNT = Type.Integer({ minimum: 0 })

export const ClientErased = Type.Object(
  {
    success: Type.Literal(true),
    dry_run: Type.Boolean({ description: 'True: nothing was changed; these would be.' }),
    complete: Type.Boolean({
      description: 'False: something is with a provider, and emptied within a minute of its end.',
    }),
    data: Type.Object(
      {
        client_id: ID,
        messages: Type.Integer({ minimum: 0, description: 'SMS whose content went.' }),
        cancelled: Type.Integer({ minimum: 0, description: 'Among them: had not been sent, and never will be.' }),
        in_flight: Type.Integer({ minimum: 0, description: 'SMS that are with a provider at this moment.' }),
        attempts: COUNT,
        idempotency_keys: COUNT,
        parked_receipts: COUNT,
        redirected: Type.Integer({
          minimum: 0,
          description: 'SMS of others that went to this number by `REDIRECT_TO`.',
        }),
        inbound: Type.Integer({ minimum: 0, description: 'Texts that the person sent to you.' }),
        tokens: Type.Integer({
          minimum: 0,
          description: 'Addresses of the devices that were registered as this person’s.',
        }),
      },
      { additionalProperties: false },
    ),
  },
  { $id: 'ClientErased', additionalProperties: false },
)

export type ClientErased = Static<typeof ClientErased>

/** What the server registers. */
export const HISTORY_SCHEMAS = [
  Client,
  ClientErased,
  ClientHistory,
  ClientList,
  NotificationList,
  SmsList,
  ...TOKEN_SCHEMAS,
]
