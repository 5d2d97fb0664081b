import type { FakeCommand } from '../fake-command.ts'
import { startFakeTwilio } from '../twilio.ts'

const HELP = `A look-alike of Twilio's Messages API: create, fetch, list, and signed status callbacks.

  npm run fake -- twilio --port 4010
  npm run fake -- twilio --script rules.json --ledger sms.jsonl

  --port N            0, as when not said, takes any free port
  --script FILE       rules in JSON: [{"when": {"to": "+1*"}, "times": 1, "play": {"link": "reset"}}]
  --ledger FILE       gets one JSON line for each message taken, before it is answered
  --account-sid SID   unless said AC00000000000000000000000000000001
  --auth-token TOKEN  unless said look-alike-auth-token
  --help              this text

Contacts that play something without a script, and what a rule can have played, stand in docs/fakes.md.
`

export const TWILIO: FakeCommand = {
  help: HELP,
  flags: ['account-sid', 'auth-token'],
  async start(given) {
    const [accountSid, authToken] = [given.value('account-sid'), given.value('auth-token')]
    const fake = await startFakeTwilio({
      port: given.port,
      rules: given.script,
      ...(given.ledger === null ? {} : { ledger: given.ledger }),
      ...(accountSid === null ? {} : { accountSid }),
      ...(authToken === null ? {} : { authToken }),
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
