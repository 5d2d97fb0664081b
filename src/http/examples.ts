type Values = Readonly<Record<string, string | number>>

/** One call of an operation. It works as it stands on a service that captures, if what its path names is there. */
export interface Example {
  readonly params?: Values
  readonly query?: Values
  readonly body?: object
}

const CONTACT = '+201009129288'
const ID = { params: { id: 1 } }
const TOPIC = { topic: 'news', title: 'Hello', body: 'We open at nine' }
const LAST_DAY = { query: { q: 'last:24h', limit: 20 } }
const EXPORT = { query: { q: 'last:24h', format: 'csv' } }
const KEY = { params: { key: 'a1B2c3D4e5' } }
const NAME = { params: { name: 'order' } }
const TOKEN = { params: { token: 'sandbox:delivered' } }
const PAGE = { query: { limit: 20 } }

/** By operation id. */
export const EXAMPLES: Readonly<Record<string, Example | undefined>> = {
  sendSms: { body: { contact: CONTACT, subject: 'Hello', message: 'Your code is 482913' } },
  sendSmsBatch: {
    body: {
      subject: 'Parcel',
      message: 'It comes tomorrow',
      items: [{ contact: CONTACT }, { contact: '+15005550006', message: 'It comes today' }],
      partial: true,
    },
  },
  listSms: { query: { q: 'status:captured last:24h', limit: 20 } },
  readSms: ID,
  cancelSms: ID,
  markSmsConverted: ID,
  resendSms: { ...ID, body: { contact: '+15005550006' } },
  exportSms: EXPORT,
  pushToTokens: { body: { tokens: ['sandbox:delivered'], title: 'Hello', body: 'Your order is on its way' } },
  pushToDevices: { body: { to: { client: CONTACT }, title: 'Hello', body: 'Your order is on its way' } },
  pushToTopic: { body: TOPIC },
  followEvents: { query: { types: 'sms.delivered,push.failed' } },
  listNotifications: LAST_DAY,
  readNotification: ID,
  listDeliveries: { ...ID, ...PAGE },
  cancelNotification: ID,
  pauseNotification: ID,
  resumeNotification: ID,
  resendNotification: { ...ID, body: {} },
  exportNotifications: EXPORT,
  exportDeliveries: { ...ID, query: { format: 'csv' } },
  listClients: { query: { q: 'country:EG', limit: 20 } },
  readClient: { params: { contact: CONTACT }, ...PAGE },
  eraseClient: { params: { contact: CONTACT }, query: { dry_run: 'true' } },
  exportClients: { query: { q: 'country:EG', format: 'csv' } },
  listTokens: PAGE,
  readToken: TOKEN,
  putToken: {
    ...TOKEN,
    body: { client: CONTACT, platform: 'android', app: 'com.example.shop', locale: 'ar-EG', time_zone: 'Africa/Cairo' },
  },
  putTokens: {
    body: { app: 'com.example.shop', items: [{ token: 'sandbox:delivered', client: CONTACT, platform: 'ios' }] },
  },
  deleteToken: TOKEN,
  deleteTokens: { body: { tokens: ['sandbox:delivered'] } },
  restoreToken: TOKEN,
  restoreTokens: { body: { since: '2030-01-31T18:00:00Z', reason: 'unregistered' } },
  exportTokens: { query: { format: 'csv' } },
  listInbound: { query: { contact: CONTACT, limit: 20 } },
  listOptOuts: PAGE,
  addOptOut: { body: { contact: '+15005550009' } },
  removeOptOut: { params: { contact: '+15005550009' } },
  listInbox: { query: { to: CONTACT, limit: 20 } },
  listInboxThreads: PAGE,
  waitForMessage: { query: { to: CONTACT, timeout: 30, extract: 'code' } },
  playLife: { params: { id: 'sms_1' }, body: { life: 'delivered' } },
  emptyInbox: { query: { to: CONTACT } },
  listTemplates: PAGE,
  putTemplate: {
    ...NAME,
    body: {
      kind: 'sms',
      default_locale: 'en',
      locales: { en: { subject: 'Order', message: 'Hi {name}, your order is on its way.' } },
      variables: { name: { type: 'text', sample: 'Zoë', max_length: 40 } },
    },
  },
  readTemplate: NAME,
  listTemplateVersions: { ...NAME, ...PAGE },
  previewTemplate: { ...NAME, body: { locale: 'en', variables: { name: 'Zoë' } } },
  deleteTemplate: NAME,
  listWebhooks: PAGE,
  createWebhook: { body: { url: 'https://hooks.example.com/tidings', types: ['sms.delivered', 'sms.failed'] } },
  readWebhook: ID,
  changeWebhook: { ...ID, body: { enabled: true } },
  deleteWebhook: ID,
  rotateWebhookSecret: { ...ID, body: { overlap_seconds: 3_600 } },
  testWebhook: ID,
  listWebhookDeliveries: { ...ID, query: { status: 'failed', limit: 20 } },
  readWebhookDelivery: ID,
  replayWebhookDelivery: ID,
  replayWebhook: { ...ID, body: { since: '2030-01-31T18:00:00Z', only_failed: true } },
  listKeys: PAGE,
  createKey: { body: { name: 'The shop', mode: 'test', scopes: ['sms:send', 'messages:read'] } },
  readKey: KEY,
  changeKey: { ...KEY, body: { name: 'The old shop' } },
  rotateKey: { ...KEY, body: { overlap_seconds: 3_600 } },
  revokeKey: KEY,
  listAudit: PAGE,
  signIn: { body: { key: 'tidings_live_…' } },
  pauseSending: { body: { category: 'marketing' } },
  resumeSending: { body: { category: 'marketing' } },
  readGuide: { params: { page: 'client.md' } },
  readError: { params: { code: 'invalid_contact' } },
}

/** As much of an OpenAPI document as examples stand in. */
interface Operation {
  readonly operationId?: string
  readonly parameters?: readonly object[]
  readonly requestBody?: object
}

/** Puts each operation's example where OpenAPI has a place for it: at its parameters, and at its body in JSON. */
export function withExamples<Document extends { readonly paths?: object | undefined }>(document: Document): Document {
  const paths = mapValues(document.paths ?? {}, (methods) => mapValues(methods, withExample))
  return { ...document, paths }
}

function withExample(operation: Operation): Operation {
  const example = EXAMPLES[operation.operationId ?? '']
  if (example === undefined) return operation
  const { parameters, requestBody } = operation
  return {
    ...operation,
    ...(parameters === undefined ? {} : { parameters: parameters.map((one) => parameterWith(one, example)) }),
    ...(requestBody === undefined || example.body === undefined
      ? {}
      : { requestBody: bodyWith(requestBody, example.body) }),
  }
}

function parameterWith(parameter: object, { params = {}, query = {} }: Example): object {
  const { in: place, name } = { in: '', name: '', ...parameter }
  const value = place === 'path' ? params[name] : place === 'query' ? query[name] : undefined
  return value === undefined ? parameter : { ...parameter, example: value }
}

function bodyWith(requestBody: object, example: object): object {
  const { content } = { content: {}, ...requestBody }
  const changed = mapValues(content, (media, type) => (type === 'application/json' ? { ...media, example } : media))
  return { ...requestBody, content: changed }
}

function mapValues(object: object, change: (value: object, name: string) => object): object {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]: [string, object]) => [name, change(value, name)]),
  )
}
