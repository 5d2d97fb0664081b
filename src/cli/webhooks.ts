import { actOf } from './acts.ts'
import { CliRefusal, type Command, type ExitCode, type Surroundings } from './command.ts'
import { connect } from './service.ts'
import {
  addWebhook,
  changeWebhook,
  removeWebhook,
  replayWebhook,
  rotateSecret,
  setEnabled,
  testWebhook,
} from './webhook-deeds.ts'
import { listDeliveries, listWebhooks, redeliver, showAttempts, showWebhook } from './webhook-reads.ts'
import { OPTIONS, type WebhookAct } from './webhook-words.ts'
import { readWords } from './words.ts'

const HELP = `Who is told of events, and what became of each call.

  tidings webhooks                                 all of them, and whether they take what they are sent
  tidings webhooks add https://hooks.example.com/tidings --types sms.delivered,sms.failed
  tidings webhooks show 1
  tidings webhooks change 1 --types all            what was left out stays; its secret does, too
  tidings webhooks test 1                          sends an event now, and shows the answer
  tidings webhooks deliveries 1 --status failed    events on their way there, newest first
  tidings webhooks attempts 17                     every try of one delivery, with the answers
  tidings webhooks redeliver 17                    the same event again
  tidings webhooks replay 1                        everything that was given up, again
  tidings webhooks replay 1 --since 24h            everything of the last day, also what was taken
  tidings webhooks disable 1                       enable goes on with what was waiting
  tidings webhooks rotate 1 --overlap-hours 48     another secret; the old one signs as well for so long
  tidings webhooks remove 1 --yes

Of add        --types, else all · --full: also numbers, tokens and texts · --description TEXT
Of change     --url URL · --types, or all · --full or --thin · --description TEXT
Of deliveries --status queued, delivered or failed · --types ONE · --since · --limit N, 20 unless given
Of replay     --since TIME, or 30m, 24h, 7d back · --types · --only-failed
Everywhere    --json: one JSON object a line

add and rotate print the secret, this once, and nothing else to stdout: tidings webhooks add … | your-secret-store

TIDINGS_URL says where the service runs, TIDINGS_KEY or TIDINGS_KEY_FILE with which key; it needs webhooks:write.
Times are UTC. Exit codes: 0 fine, 1 the test was not taken, 2 usage, 3 not reached, 4 refused, 5 limited, 130 stopped.
`

const ACTS: Readonly<Record<string, WebhookAct>> = {
  list: listWebhooks,
  add: addWebhook,
  show: showWebhook,
  change: changeWebhook,
  test: testWebhook,
  deliveries: listDeliveries,
  attempts: showAttempts,
  redeliver,
  replay: replayWebhook,
  enable: setEnabled(true),
  disable: setEnabled(false),
  rotate: rotateSecret,
  remove: removeWebhook,
}

export const webhooks: Command = {
  name: 'webhooks',
  summary: 'who is told of events, and what became of each call',
  help: HELP,
  async run(words, at: Surroundings): Promise<ExitCode> {
    const { values, positionals } = readWords(words, OPTIONS)
    const [name = 'list', subject = null, ...more] = positionals
    const act = actOf('webhooks', ACTS, name)
    if (more.length > 0) throw new CliRefusal(`${name} takes one at a time.`)
    return act({ name, subject, values, tidings: connect(at), at })
  },
}
