import type { FakeCommand } from '../fake-command.ts'
import { startFakeHttpSms } from '../http-sms.ts'

const HELP = `A look-alike of "Regional SMS", the example of docs/http-sms.md: sending, signed receipts, and texts that come in.

  npm run fake -- http-sms --port 4012
  npm run fake -- http-sms --script rules.json --ledger sms.jsonl

  --port N           0, as when not said, takes any free port
  --script FILE      rules in JSON: [{"when": {"to": "1*"}, "times": 1, "play": {"link": "reset"}}]
  --ledger FILE      gets one JSON line for each message taken, before it is answered
  --api-key KEY      unless said look-alike-key
  --secret SECRET    signs receipts and texts that come in; unless said look-alike-secret
  --inbound-url URL  where texts that come in are handed on
  --help             this text

Contacts that play something without a script, and what a rule can have played, stand in docs/fakes.md.
`

export const HTTP_SMS: FakeCommand = {
  help: HELP,
  flags: ['api-key', 'secret', 'inbound-url'],
  async start(given) {
    const [apiKey, secret, inboundUrl] = [given.value('api-key'), given.value('secret'), given.value('inbound-url')]
    const fake = await startFakeHttpSms({
      port: given.port,
      rules: given.script,
      ...(given.ledger === null ? {} : { ledger: given.ledger }),
      ...(apiKey === null ? {} : { apiKey }),
      ...(secret === null ? {} : { secret }),
      ...(inboundUrl === null ? {} : { inboundUrl }),
    })
    const lines = [`listening on ${fake.url}`, `REGIONAL_SMS_KEY=${fake.apiKey}`, `REGIONAL_SMS_SECRET=${fake.secret}`]
    return { lines, close: () => fake.close() }
  },
}
