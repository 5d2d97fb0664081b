import type { TokenAnswer } from '../../src/contract/tokens.ts'
import type { Registrar } from './registrar.ts'
import { forgetOtherKey } from './subscription.ts'

/** Our own API did not take the subscription. */
export class NotTaken extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Without Firebase: the browser subscribes at its own push service, and our API gives its subscription a name. */
export function openWebPush(key: string, call: typeof fetch): Registrar {
  return {
    async register(worker) {
      await forgetOtherKey(worker, key)
      const options = { userVisibleOnly: true, applicationServerKey: key }
      const subscription = (await worker.pushManager.getSubscription()) ?? (await worker.pushManager.subscribe(options))
      return { kind: 'token', value: await enter(subscription, key, call) }
    },
  }
}

async function enter(subscription: PushSubscription, key: string, call: typeof fetch): Promise<string> {
  const answer = await call('/webpush/subscriptions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ subscription, application_server_key: key, app: 'tidings-device-page' }),
  })
  const body: unknown = await answer.json()
  if (isAnswer(body)) return body.data.token
  throw new NotTaken(answer.status, messageOf(body))
}

function isAnswer(body: unknown): body is TokenAnswer {
  return typeof body === 'object' && body !== null && 'success' in body && body.success === true
}

function messageOf(body: unknown): string {
  return typeof body === 'object' && body !== null && 'message' in body
    ? String(body.message)
    : 'No answer of Tidings’.'
}
