import { writeFileSync } from 'node:fs'
import type { FakeCommand } from '../fake-command.ts'
import { startSink } from '../sink.ts'

const HELP = `A receiver of webhooks: takes every call, writes it down, and answers as it is told.

  npm run fake -- sink --port 4013 --ledger calls.jsonl
  npm run fake -- sink --secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
  curl -i 'localhost:4013/orders/429?retry-after=3&times=2'

  --port N         0, as when not said, takes any free port
  --secret whsec_… answers 401 unless the signature is right by Standard Webhooks
  --script FILE    rules in JSON: [{"when": {"path": "/orders*"}, "times": 2, "play": {"status": 500}}]
  --ledger FILE    gets one JSON line for each call, before it is answered
  --ca FILE        speaks TLS, and writes the authority behind its certificate there
  --help           this text

What paths ask for, and what a rule can have played, stand in docs/fakes.md.
`

export const SINK: FakeCommand = {
  help: HELP,
  flags: ['secret', 'ca'],
  async start(given) {
    const [secret, ca] = [given.value('secret'), given.value('ca')]
    const sink = await startSink({
      port: given.port,
      rules: given.script,
      tls: ca !== null,
      ...(secret === null ? {} : { secret }),
      ...(given.ledger === null ? {} : { ledger: given.ledger }),
    })
    if (ca !== null && sink.ca !== null) writeFileSync(ca, sink.ca)
    return { lines: [`listening on ${sink.url}`], close: () => sink.close() }
  },
}
