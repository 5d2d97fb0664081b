import { setTimeout as sleep } from 'node:timers/promises'
import { NO_WAYS } from '../../src/domain/push/push-ways.ts'
import { createKeyGuard } from '../../src/flows/sending/idempotent.ts'
import { createOutcomes } from '../../src/flows/sms/outcomes.ts'
import { createPushFlow } from '../../src/flows/push/push.ts'
import { createSmsFlow } from '../../src/flows/sms/sms.ts'
import { createTemplatesFlow } from '../../src/flows/templates/templates.ts'
import type { Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import { createSandboxPush, createSandboxSms } from '../../src/providers/sandbox.ts'
import type { Db } from '../../src/store/db.ts'
import { readMessage } from '../../src/store/sms/read-messages.ts'
import { readDeliveries, readDeliveriesOf } from '../../src/store/push/read-deliveries.ts'
import { readNotification } from '../../src/store/push/read-notifications.ts'
import { createTestDatabase } from '../support/database.ts'
import { ask, startNode, type TestNode } from '../support/node.ts'
import { createStandIns } from './stand-ins.ts'
import { onlyThrough } from '../support/router.ts'

/** Two nodes of one service, as far as templates go: each with a cache of its own. */
export interface TemplateNodes {
  readonly app: Server
  readonly other: Server
  /** Moved by the test. */
  readonly clock: { ms: number }
  /** Questions about templates that were put to the database. */
  readonly asked: { count: number }
  readonly node: TestNode
  close(): Promise<void>
}

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly link: string | null
}

export const ORDER = {
  kind: 'sms',
  default_locale: 'en',
  locales: {
    en: {
      subject: 'Order {id}',
      message: 'Hi {name}, {count, plural, one {# parcel is} other {# parcels are}} on the way.',
    },
    de: {
      subject: 'Auftrag {id}',
      message: 'Hallo {name}, {count, plural, one {# Paket ist} other {# Pakete sind}} unterwegs.',
    },
  },
  variables: {
    name: { type: 'text', sample: 'Anna', max_length: 40 },
    id: { type: 'text', sample: 'A-17', max_length: 10 },
    count: { type: 'number', sample: 12 },
  },
}

export const VALUES = { name: 'Zoë', id: 'B-2', count: 1 }

export async function openTemplateNodes(): Promise<TemplateNodes> {
  const database = await createTestDatabase()
  const after = (ms: number, run: () => void): void => void setTimeout(run, ms).unref()
  const sms = createSandboxSms({ after, onReceipt: () => undefined })
  const node = await startNode(database.url, { sms: [sms], push: [createSandboxPush({ after })] })
  const clock = { ms: 0 }
  const asked = { count: 0 }
  const [app, other] = [serve(node, clock, asked), serve(node, clock, asked)]
  return {
    app,
    other,
    clock,
    asked,
    node,
    async close() {
      await app.close()
      await other.close()
      await node.close()
      await database.drop()
    },
  }
}

export async function call(
  app: Server,
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  url: string,
  payload?: object,
): Promise<Answer> {
  const answer = await app.inject({ method, url, ...(payload === undefined ? {} : { payload }) })
  const link = answer.headers.link
  return { status: answer.statusCode, body: answer.json(), link: typeof link === 'string' ? link : null }
}

export async function sendSms(app: Server, template: object): Promise<Answer> {
  return call(app, 'POST', '/smss', { contact: '+201009129288', template })
}

/** What a call made, as it is read afterwards. */
export async function readSent(app: Server, { body }: Answer): Promise<Readonly<Record<string, unknown>>> {
  const id = body['message_id'] ?? body['notification_id']
  const path = 'message_id' in body ? 'smss' : 'notifications'
  return (await call(app, 'GET', `/${path}/${Number(id)}`)).body
}

export async function rowsStored(node: TestNode): Promise<unknown> {
  return ask(node, 'select (select count(*) from messages) + (select count(*) from notifications) as count')
}

function serve(node: TestNode, clock: { ms: number }, asked: { count: number }): Server {
  const { db, delivery } = node
  const outcomes = createOutcomes(
    db,
    () => performance.now(),
    (ms) => sleep(ms),
  )
  const readDb = counting(db, asked)
  const templates = createTemplatesFlow({ readDb, workDb: db, now: () => clock.ms, textFormat: '{message}' })
  const flow = {
    intake: delivery.intake,
    keys: createKeyGuard(db),
    outcomes,
    templates,
    ways: NO_WAYS,
    router: onlyThrough('sandbox'),
    staging: null,
    clock: () => delivery.lease.clock(),
  }
  const { parts } = createStandIns({
    templates,
    sms: createSmsFlow({ ...flow, defaultCountry: null, textFormat: '{message}' }),
    push: createPushFlow({ ...flow, db }),
    reads: {
      message: (id) => readMessage(db, id),
      notification: (id) => readNotification(db, id),
      deliveries: (id, limit, afterToken) => readDeliveries(db, id, limit, afterToken),
      deliveriesOf: (id, status, limit, afterToken) => readDeliveriesOf(db, id, status, limit, afterToken),
    },
  })
  return createServer(parts)
}

/** The same pool, with its statements counted. */
function counting(db: Db, asked: { count: number }): Db {
  return new Proxy(db, {
    get(pool, name) {
      if (name === 'query') asked.count += 1
      const member: unknown = Reflect.get(pool, name, pool)
      return typeof member === 'function' ? (member.bind(pool) as unknown) : member
    },
  })
}
