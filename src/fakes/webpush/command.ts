import { writeFileSync } from 'node:fs'
import type { FakeCommand } from '../fake-command.ts'
import { startFakeWebPush } from '../webpush.ts'

const HELP = `A look-alike of a browser's push service, with browsers behind it: RFC 8030, 8291 and 8292.

  npm run fake -- webpush --port 4014 --ledger pushes.jsonl
  curl localhost:4014/control -d '{"subscribe": true}'      another browser subscribes: what it gives to its page

  --port N        0, as when not said, takes any free port
  --script FILE   rules in JSON: [{"when": {"topic": "parcel-*"}, "play": {"status": 429, "retryAfter": "3"}}]
  --ledger FILE   gets one JSON line for each push taken, as the browser reads it, before it is answered
  --ca FILE       speaks TLS, and writes the authority behind its certificate there
  --help          this text

What a rule can have played stands in docs/fakes.md.
`

export const WEB_PUSH: FakeCommand = {
  help: HELP,
  flags: ['ca'],
  async start(given) {
    const ca = given.value('ca')
    const fake = await startFakeWebPush({
      port: given.port,
      rules: given.script,
      tls: ca !== null,
      ...(given.ledger === null ? {} : { ledger: given.ledger }),
    })
    if (ca !== null && fake.ca !== null) writeFileSync(ca, fake.ca)
    const lines = [`listening on ${fake.url}`, 'WEBHOOKS_ALLOW_PRIVATE=127.0.0.1']
    return { lines: ca === null ? [...lines, 'WEBHOOKS_ALLOW_HTTP=on'] : lines, close: () => fake.close() }
  },
}
