import type { FakeCommand } from '../fake-command.ts'
import { startFakeTwilio } from '../twilio.ts'

const HELP = `A look-alike of Twilio's Messages API: create, fetch, list, signed status callbacks, and texts that come in.

  npm run fake -- twilio --port 4010
  npm run fake -- twilio --script rules.json --ledger sms.jsonl

  --port N            0, as when not said, takes any free port
  --script FILE       rules in JSON: [{"when": {"to": "+1*"}, "times": 1, "play": {"link": "reset"}}]
  --ledger FILE       gets one JSON line for each message taken, before it is answered
  --account-sid SID   unless said AC00000000000000000000000000000001
  --auth-token TOKEN  unless said look-alike-auth-token
  --inbound-url URL   where texts that come in are handed on
  --help              this text

Contacts that play something without a script, and what a rule can have played, stand in docs/fakes.md.
`

export const TWILIO: FakeCommand = {
  help: HELP,
  flags: ['account-sid', 'auth-token', 'inbound-url'],
  async start(given) {
    const [accountSid, authToken] = [given.value('account-sid'), given.value('auth-token')]
    const inboundUrl = given.value('inbound-url')
    const fake = await startFakeTwilio({
      port: given.port,
      rules: given.script,
      ...(given.ledger === null ? {} : { ledger: given.ledger }),
      ...(accountSid === null ? {} : { accountSid }),
      ...(authToken === null ? {} : { authToken }),
      ...(inboundUrl === null ? {} : { inboundUrl }),
    })
    const lines = [
      `listening on ${fake.url}`,
      `TWILIO_BASE_URL=${fake.url}`,
      `TWILIO_ACCOUNT_SID=${fake.accountSid}`,
      `TWILIO_AUTH_TOKEN=${fake.authToken}`,
      'TWILIO_FROM=+15005550006',
    ]
    return { lines, close: () => fake.close() }
  },
}
