import { CliRefusal, type Command } from './command.ts'
import { sendPush } from './send-push.ts'
import { sendSms } from './send-sms.ts'

const HELP = `Sends one SMS, or one push.

  tidings send sms +201009129288 "Your code is 482913"
  echo "The nightly backup failed" | tidings send sms +201009129288 - --tag backup
  tidings send sms +201009129288 --template code --var code=482913 --var count:=3
  tidings send sms +201009129288 "We come at nine" --send-at 2026-03-01T18:00:00Z
  tidings send sms +201009129288 "Hello" --wait        until the provider has taken or refused it
  tidings send sms +201009129288 "Hello" --dry-run     what would happen; nothing is sent

  tidings send push --topic news --title "Open late" --body "Until ten this Friday"
  tidings send push --condition "'news' in topics && !('sport' in topics)" --title Open --body Late --priority high
  tidings send push --client +201009129288 --title Parcel --body "It is here"
  tidings send push --client +201009129288 --title Parcel --body "It is here" --fallback-sms "Your parcel is here" --after 120
  tidings send push --token TOKEN --title Parcel --body "It is here" --data order=1042

Both      --tag --category --send-at --local --ttl SECONDS --template --locale --var NAME=TEXT --var NAME:=NUMBER
          --wait --dry-run --idempotency-key KEY --json
Of SMS    --subject --sender --max-segments --max-price AMOUNT --plain --no-plain --time-zone ZONE
Of pushes --token, --fid, --client (each may stand several times), --topic or --condition (--fan-out); --title --body --data NAME=TEXT --image --link
          --priority high --collapse-key KEY --badge N --sound NAME --action NAME=TITLE --data-only --project NAME --validate
          --evidence --fallback-sms TEXT --fallback-to CONTACT --after SECONDS --unless received

Prints its id and, in a sentence, what became of it so far. Without --idempotency-key one is drawn, so that what is repeated
after a lost answer is not sent twice; give one where you may run the command itself again.

TIDINGS_URL says where the service runs, TIDINGS_KEY or TIDINGS_KEY_FILE with which key; it needs sms:send or push:send.
Exit codes: 0 accepted, 1 --wait saw it fail, 2 usage, 3 not reached, 4 refused, 5 limited, 130 stopped.
`

export const send: Command = {
  name: 'send',
  summary: 'one SMS, or one push',
  help: HELP,
  async run(words, at) {
    const [kind, ...rest] = words
    if (kind === 'sms') return sendSms(rest, at)
    if (kind === 'push') return sendPush(rest, at)
    throw new CliRefusal(kind === undefined ? 'send what: sms or push?' : `send ${kind}? There are sms and push.`)
  },
}
