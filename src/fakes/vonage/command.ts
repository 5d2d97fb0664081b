import type { FakeCommand } from '../fake-command.ts'
import { UsageError } from '../usage.ts'
import { startFakeVonage } from '../vonage.ts'
import { SIGNATURE_METHODS } from './signature.ts'

const HELP = `A look-alike of Vonage's SMS API: sending, signed receipts for each part, and texts that come in.

  npm run fake -- vonage --port 4011
  npm run fake -- vonage --script rules.json --ledger sms.jsonl

  --port N                   0, as when not said, takes any free port
  --script FILE              rules in JSON: [{"when": {"to": "1*"}, "times": 1, "play": {"link": "reset"}}]
  --ledger FILE              gets one JSON line for each message taken, before it is answered
  --api-key KEY              unless said abcd1234
  --api-secret SECRET        unless said look-alike-secret
  --signature-secret SECRET  unless said look-alike-signature-secret
  --signs METHOD             md5hash, md5, sha1, sha256, sha512 or none; unless said sha256
  --inbound-url URL          where texts that come in are handed on
  --help                     this text

Contacts that play something without a script, and what a rule can have played, stand in docs/fakes.md.
`

const SIGNS = [...SIGNATURE_METHODS, 'none'] as const

export const VONAGE: FakeCommand = {
  help: HELP,
  flags: ['api-key', 'api-secret', 'signature-secret', 'signs', 'inbound-url'],
  async start(given) {
    const [apiKey, apiSecret] = [given.value('api-key'), given.value('api-secret')]
    const [signatureSecret, inboundUrl] = [given.value('signature-secret'), given.value('inbound-url')]
    const fake = await startFakeVonage({
      port: given.port,
      rules: given.script,
      signs: signsOf(given.value('signs') ?? 'sha256'),
      ...(given.ledger === null ? {} : { ledger: given.ledger }),
      ...(apiKey === null ? {} : { apiKey }),
      ...(apiSecret === null ? {} : { apiSecret }),
      ...(signatureSecret === null ? {} : { signatureSecret }),
      ...(inboundUrl === null ? {} : { inboundUrl }),
    })
    const lines = [
      `listening on ${fake.url}`,
      `VONAGE_BASE_URL=${fake.url}`,
      `VONAGE_API_KEY=${fake.apiKey}`,
      `VONAGE_API_SECRET=${fake.apiSecret}`,
      `VONAGE_SIGNATURE_SECRET=${fake.signatureSecret}`,
      'VONAGE_FROM=15005550006',
    ]
    return { lines, close: () => fake.close() }
  },
}

function signsOf(word: string): (typeof SIGNS)[number] {
  const known = SIGNS.find((one) => one === word)
  if (known === undefined) throw new UsageError(`--signs ${word} is none of ${SIGNS.join(', ')}.`)
  return known
}
