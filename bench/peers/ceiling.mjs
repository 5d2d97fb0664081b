// What Fastify can do at most: the route of POST /smss with the same validation and the same answer, without anything behind
// it. node bench/peers/ceiling.mjs PORT
import { fastify } from 'fastify'
import { SmsAccepted, SmsRequest } from '../../dist/contract/sms.js'
import { TEMPLATE_SCHEMAS } from '../../dist/contract/templates.js'

const app = fastify({
  ajv: { customOptions: { allErrors: true, coerceTypes: false, removeAdditional: false, useDefaults: false } },
})
for (const schema of TEMPLATE_SCHEMAS) app.addSchema(schema)
let messageId = 0

app.get('/readyz', () => ({ success: true }))
app.post('/smss', { schema: { body: SmsRequest, response: { 200: SmsAccepted } } }, async () => {
  messageId += 1
  return { success: true, message_id: messageId, status: 'queued', segments: 1, encoding: 'gsm7' }
})

await app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) })
