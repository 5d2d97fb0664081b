import type { Call } from './call.ts'
import { parsed, toScript } from './literals.ts'

/** `value`: answers one · `list`: walks pages · `file`: a stream of bytes. What follows the path's values are its arguments. */
type Shape = readonly [name: string, kind: 'value' | 'list' | 'file', ...parts: readonly ('query' | 'body')[]]

/** The client's own calls, by operation id; the others are made by path. */
const CALLS: Readonly<Record<string, Shape | undefined>> = {
  sendSms: ['sms.send', 'value', 'body'],
  sendSmsBatch: ['sms.sendMany', 'value', 'body'],
  listSms: ['sms.list', 'list', 'query'],
  readSms: ['sms.get', 'value'],
  cancelSms: ['sms.cancel', 'value'],
  markSmsConverted: ['sms.converted', 'value'],
  resendSms: ['sms.resend', 'value', 'body'],
  exportSms: ['sms.export', 'file', 'query'],
  pushToTokens: ['notifications.toTokens', 'value', 'body'],
  pushToTopic: ['notifications.toTopic', 'value', 'body'],
  listNotifications: ['notifications.list', 'list', 'query'],
  readNotification: ['notifications.get', 'value'],
  listDeliveries: ['notifications.deliveries', 'list', 'query'],
  cancelNotification: ['notifications.cancel', 'value'],
  pauseNotification: ['notifications.pause', 'value'],
  resumeNotification: ['notifications.resume', 'value'],
  resendNotification: ['notifications.resend', 'value', 'body'],
  listClients: ['clients.list', 'list', 'query'],
  readClient: ['clients.get', 'value', 'query'],
  listTokens: ['tokens.list', 'list', 'query'],
  listInbox: ['inbox.list', 'list', 'query'],
  listInboxThreads: ['inbox.threads', 'list', 'query'],
  waitForMessage: ['inbox.wait', 'value', 'query'],
  emptyInbox: ['inbox.empty', 'value', 'query'],
  listTemplates: ['templates.list', 'list', 'query'],
  putTemplate: ['templates.put', 'value', 'body'],
  readTemplate: ['templates.get', 'value', 'query'],
  listTemplateVersions: ['templates.versions', 'list', 'query'],
  previewTemplate: ['templates.preview', 'value', 'body'],
  deleteTemplate: ['templates.delete', 'value'],
  listWebhooks: ['webhooks.list', 'list', 'query'],
  createWebhook: ['webhooks.create', 'value', 'body'],
  readWebhook: ['webhooks.get', 'value'],
  changeWebhook: ['webhooks.change', 'value', 'body'],
  deleteWebhook: ['webhooks.delete', 'value'],
  rotateWebhookSecret: ['webhooks.rotate', 'value', 'body'],
  testWebhook: ['webhooks.test', 'value'],
  listWebhookDeliveries: ['webhooks.deliveries', 'list', 'query'],
  readWebhookDelivery: ['webhooks.delivery', 'value'],
  replayWebhookDelivery: ['webhooks.replayDelivery', 'value'],
  replayWebhook: ['webhooks.replay', 'value', 'body'],
  listKeys: ['keys.list', 'list', 'query'],
  createKey: ['keys.create', 'value', 'body'],
  readKey: ['keys.get', 'value'],
  changeKey: ['keys.change', 'value', 'body'],
  rotateKey: ['keys.rotate', 'value', 'body'],
  revokeKey: ['keys.revoke', 'value'],
  pauseSending: ['pause', 'value', 'body'],
  resumeSending: ['resume', 'value', 'body'],
  listPauses: ['pauses', 'value'],
  listAudit: ['audit', 'list', 'query'],
  listErrors: ['errors.list', 'value'],
  readError: ['errors.get', 'value'],
}

/** What browsers and providers call is no part of the client; nor are streams of events, which a browser reads by itself. */
const NOT_FOR_CLIENTS = /^\/$|^\/(?:session|callbacks\/.*|openapi\.json|docs(?:[./].*)?|llms\.txt)$/

/** For `tidings-client`; null: it has no such call. */
export function clientSample(call: Call): string | null {
  if (call.isStream || NOT_FOR_CLIENTS.test(call.path)) return null
  const key = call.withKey ? ', key: process.env.TIDINGS_KEY' : ''
  const origin = new URL(call.url).origin
  return `import { createTidings } from 'tidings-client'

const tidings = createTidings({ url: ${toScript(origin)}${key} })

${statement(call)}`
}

function statement(call: Call): string {
  if (call.operationId === 'playLife') return playing(call)
  const shape = CALLS[call.operationId]
  if (shape === undefined) return byPath(call)
  const [name, kind, ...parts] = shape
  const line = `tidings.${name}(${argumentsOf(call, parts).join(', ')})`
  if (kind === 'list') return `for await (const one of ${line}) console.log(one)`
  if (kind === 'file') return `for await (const part of await ${line}) process.stdout.write(part)`
  return `console.log(await ${line})`
}

function argumentsOf({ pathValues, queryValues, body }: Call, parts: readonly ('query' | 'body')[]): readonly string[] {
  const ids = Object.values(pathValues).map((value) => toScript(value))
  const others = parts.map((part) => (part === 'query' ? queryValues : parsed(body ?? '{}')))
  const given = others.filter((value) => typeof value !== 'object' || value === null || Object.keys(value).length > 0)
  return [...ids, ...given.map((value) => toScript(value))]
}

/** It names the life alone. */
function playing({ pathValues, body }: Call): string {
  const given = parsed(body ?? '')
  const life = typeof given === 'object' && given !== null && 'life' in given ? given.life : 'delivered'
  return `console.log(await tidings.inbox.play(${toScript(pathValues['id'])}, ${toScript(life)}))`
}

function byPath({ method, path, pathValues, queryValues, body, isText }: Call): string {
  const places = [
    ...(Object.keys(pathValues).length === 0 ? [] : [`path: ${toScript(pathValues)}`]),
    ...(Object.keys(queryValues).length === 0 ? [] : [`query: ${toScript(queryValues)}`]),
  ]
  const parts = [
    ...(places.length === 0 ? [] : [`params: { ${places.join(', ')} }`]),
    ...(body === null ? [] : [`body: ${toScript(parsed(body) ?? body)}`]),
    ...(isText ? ["parseAs: 'text'"] : []),
  ]
  const asked = parts.length === 0 ? '' : `, { ${parts.join(', ')} }`
  return `const { data, error } = await tidings.raw.${method}(${toScript(path)}${asked})\nconsole.log(data ?? error)`
}
