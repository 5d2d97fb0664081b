import { writeFileSync } from 'node:fs'
import { startFakeApns } from '../apns.ts'
import type { FakeCommand } from '../fake-command.ts'

const HELP = `A look-alike of Apple's push service, over HTTP/2.

  npm run fake -- apns --port 4015 --key fake-key.p8
  npm run fake -- apns --script rules.json --ledger pushes.jsonl

  --port N         of the listener without TLS; 0, as when not said, takes any free port
  --script FILE    rules in JSON: [{"when": {"device": "ab*"}, "times": 1, "play": "Unregistered"}]
  --ledger FILE    gets one JSON line for each push taken, before it is answered
  --key FILE       where to write a key that it knows; unless said, it is printed
  --ca FILE        where to write the authority behind its certificate
  --help           this text

What a rule can have played stands in docs/fakes.md.
`

export const APNS: FakeCommand = {
  help: HELP,
  flags: ['key', 'ca'],
  async start(given) {
    const ledger = given.ledger === null ? {} : { ledger: given.ledger }
    const fake = await startFakeApns({ port: given.port, rules: given.script, ...ledger })
    const [keyFile, caFile] = [given.value('key'), given.value('ca')]
    if (keyFile !== null) writeFileSync(keyFile, fake.key.key, { mode: 0o600 })
    if (caFile !== null) writeFileSync(caFile, fake.ca)
    const lines = [
      `listening on ${fake.url}`,
      `with TLS on ${fake.tlsUrl}`,
      `APNS_BASE_URL=${fake.url}`,
      `APNS_KEY=${keyFile ?? `'${fake.key.key.trim().replaceAll('\n', String.raw`\n`)}'`}`,
      `APNS_KEY_ID=${fake.key.keyId}`,
      `APNS_TEAM_ID=${fake.key.teamId}`,
      `APNS_TOPIC=${fake.topic}`,
    ]
    return { lines, close: () => fake.close() }
  },
}
