import { writeFileSync } from 'node:fs'
import type { FakeCommand } from '../fake-command.ts'
import { startFakeFcm } from '../fcm.ts'

const HELP = `A look-alike of FCM HTTP v1 and of Google's token endpoints, over HTTP/1.1 and HTTP/2.

  npm run fake -- fcm --port 4011 --account fake-account.json
  npm run fake -- fcm --script rules.json --ledger pushes.jsonl

  --port N         of the listener without TLS; 0, as when not said, takes any free port
  --script FILE    rules in JSON: [{"when": {"target": "device-*"}, "times": 1, "play": "unavailable.2"}]
  --ledger FILE    gets one JSON line for each message taken, before it is answered
  --project ID     of the project it is; look-alike unless said
  --account FILE   where to write a service account that it knows; unless said, it is printed
  --ca FILE        where to write the authority behind its certificate
  --help           this text

Tokens that play something without a script, and what a rule can have played, stand in docs/fakes.md.
`

export const FCM: FakeCommand = {
  help: HELP,
  flags: ['project', 'account', 'ca'],
  async start(given) {
    const ledger = given.ledger === null ? {} : { ledger: given.ledger }
    const projectId = given.value('project')
    const project = projectId === null ? {} : { projectId }
    const fake = await startFakeFcm({ port: given.port, rules: given.script, ...ledger, ...project })
    const account = JSON.stringify(fake.serviceAccount)
    const [accountFile, caFile] = [given.value('account'), given.value('ca')]
    if (accountFile !== null) writeFileSync(accountFile, account)
    if (caFile !== null) writeFileSync(caFile, fake.ca)
    const lines = [
      `listening on ${fake.url}`,
      `with TLS on ${fake.tlsUrl}`,
      `FCM_BASE_URL=${fake.url}`,
      `FCM_SERVICE_ACCOUNT=${accountFile ?? `'${account}'`}`,
    ]
    return { lines, close: () => fake.close() }
  },
}
