/** What one reason means, for a page and for `tidings explain`: a sentence or two in Markdown each. */
export interface ReasonPage {
  readonly what: string
  readonly helps: string
}

type Row = readonly [what: string, helps: string]

const OF_TIDINGS: Readonly<Record<string, Row>> = {
  partial: ['The targets of a push ended differently.', '`counts`, and `/notifications/{id}/deliveries`.'],
  expired: ['Its validity (`ttl`) ended before it could be sent.', 'A longer `ttl`; look for what held it up.'],
  called_off: [
    'It was [cancelled](schedules.md#cancelling). With the status `uncertain`: it may have been sent before that.',
    'Nothing to do.',
  ],
  paused: [
    'Somebody has [paused](pausing.md) what it is; it is accepted and waits.',
    '`GET /pauses` says who, when and why.',
  ],
  recipient_cap: [
    'The recipient had been sent as many as [the caps](rules.md#caps) allow. It was stored, and never sent.',
    'Wait, or raise `CAP_PER_TEN_MINUTES` or `CAP_PER_DAY`. See why one person is sent so much.',
  ],
  pumping: [
    'One-time codes to numbers like this one are [held back](rules.md#pumping), since a machine seems to ask for them.',
    '`/readyz?verbose` says which numbers, and why. `PUMPING=observe` lets them go.',
  ],
  flagged_number: [
    'The number is [flagged](rules.md#flagged-numbers): nothing reaches it. The message was stored, and never sent.',
    '`GET /clients/{contact}` says why, and since when. Another number; `FLAGGED_NUMBERS=warn` lets it go.',
  ],
  only_to: [
    'The target is not in [`ONLY_TO`](pausing.md#staging).',
    'Nothing to do: it is not to be reached from here.',
  ],
  unconfirmed: [
    'Of a [fallback](evidence.md#an-sms-where-nobody-confirms): no device had confirmed the push by its deadline, so the SMS went out.',
    'Nothing to do. A longer `after` gives devices more time.',
  ],
  all_failed: [
    'Of a [fallback](evidence.md#an-sms-where-nobody-confirms): no device can get the push any more, so the SMS went out before its deadline.',
    '`/notifications/{id}/deliveries` says why of each.',
  ],
  no_provider: [
    'The push service that this device is reached through has no provider here. It was stored, and never sent.',
    '[Which way a push goes](push.md#which-way-a-push-goes) says what to set. A call that names such a device itself is refused.',
  ],
  exhausted: ['It was tried as often, or for as long, as makes sense.', 'The attempts say what each came to.'],
  node_lost: [
    'The node that was sending it died; the provider may have it.',
    '`on_uncertain` decides whether it is sent again.',
  ],
  poison: ['Three nodes died while sending this very message.', 'The log of those nodes. A bug: report it.'],
  not_sent: ['The node was stopped, or had to wait, before anything was written. It is tried again.', 'Nothing to do.'],
  stopped: [
    'The node was stopped after the request was written, before its answer.',
    'Give it the 30 seconds it is promised when it stops.',
  ],
  adapter_error: ['A bug on our side, after the provider may have been called.', 'The log has the stack: report it.'],
  restored: [
    'It waited in a backup that was [restored](backup.md#restore); it may have been sent since.',
    'Send it again if it is still wanted.',
  ],
  erased: ['The person was [erased](history.md#erasing-a-person) before it could be sent.', 'Nothing to do.'],
  adopted: [
    'It is from the [application before Tidings](moving-in.md#from-the-flask-application), which kept no record of what became of it.',
    'Nothing to do: it is never sent again.',
  ],
  partially_failed: [
    'A long message of which the provider took, or the carrier delivered, some parts and not the others: part of it may have arrived.',
    '`parts` of its attempts. Send it again if it is still wanted.',
  ],
  unknown: [
    'The provider gave no cause, or a word we don’t know. Twilio’s 30008 is tried once by [another provider](routing.md#codes-that-say-more), but for marketing.',
    'Its console, by `provider_message_id`.',
  ],
}

const OF_LINK: Readonly<Record<string, Row>> = {
  dns_failed: ['The provider’s name was not found. Tried again.', 'The machine’s resolver.'],
  connect_failed: ['No connection. Tried again.', 'Firewall, proxy, the provider’s status page.'],
  connect_timeout: ['No connection in time. Tried again.', 'As above.'],
  tls_failed: [
    'The certificate was not accepted, or TLS broke off. Tried again.',
    'The clock, and what stands in between.',
  ],
  reset_failed: ['The connection was cut before the request was written. Tried again.', 'Nothing, if it is rare.'],
  not_processed: ['The provider says that it did not look at the request. Tried again.', 'Nothing.'],
  timeout: ['The request was written; no answer came in time.', '`on_uncertain` decides; receipts can settle.'],
  reset: ['The request was written; the connection was cut.', 'As above.'],
  connection_lost: ['As `reset`, with all that was on the connection.', 'As above.'],
  aborted: ['The request was written when the node was stopped.', 'As above.'],
  enhance_your_calm: ['The push service cut the connection for its load.', 'As above; the pace drops by itself.'],
  unreadable_answer: ['An answer of success that names no message.', 'What stands in between; the provider’s console.'],
  provider_error: ['A 5xx or 408: the provider may have taken it.', '`on_uncertain` decides; receipts can settle.'],
  not_bound: [
    'No session with the SMSC was up, or it did not take ours for bound. It is tried again.',
    'The page of the providers, and the log (`smpp.unbound`).',
  ],
  gateway_timeout: ['FCM answered too late for its own gateway.', 'As above.'],
}

const OF_SMS: Readonly<Record<string, Row>> = {
  invalid_number: ['No phone has this number.', 'Correct the number.'],
  unknown_number: ['The carrier knows no such number.', 'Correct or forget the number.'],
  not_mobile: ['The number can’t receive SMS.', 'Ask for a mobile number.'],
  landline: ['A landline, or a carrier that can’t be reached.', 'Ask for a mobile number.'],
  unreachable: ['The phone was off or out of coverage until the carrier gave up.', 'Send it again later.'],
  opted_out: [
    'The person answered STOP to this sender, or [opted out](opt-outs.md) another way.',
    'Nothing, until they answer START.',
  ],
  blocked: ['The carrier or the phone refuses messages from this sender.', 'Another sender; ask the person.'],
  filtered: ['A carrier’s filter took it for spam.', 'Register the sender; change text and links.'],
  country_blocked: ['The account may not send to this country.', 'Twilio’s geo permissions.'],
  unverified_number: ['A trial account sends to verified numbers alone.', 'Verify the number, or upgrade the account.'],
  unroutable: [
    'This sender can’t reach this number; Twilio’s 21612 is tried once by [another provider](routing.md#codes-that-say-more).',
    'Another sender.',
  ],
  invalid_sender: [
    'The sender is not one of the account’s, or can’t send this.',
    '`TWILIO_FROM`, or `sender` of the call.',
  ],
  unregistered_sender: [
    'The sender must be registered first. Held meanwhile.',
    'Register it (toll-free verification, A2P 10DLC).',
  ],
  empty_text: ['Nothing is left of the text.', 'Send a text.'],
  too_long: ['The text is longer than Twilio takes.', 'Shorten it; `max_segments`.'],
  fraud: ['Twilio took it for SMS pumping.', 'Twilio’s fraud settings for this country.'],
  quiet_hours: [
    'It is night where the recipient is, and [marketing waits](rules.md#quiet-hours) for the morning; so says Tidings, or the provider.',
    'Nothing. `time_zone` says where somebody is whose number does not.',
  ],
  validity_expired: ['The carrier had it too long.', 'A longer `ttl`.'],
  carrier_timeout: ['The carrier did not say in time what became of it.', 'Ask the person before sending it again.'],
  cancelled: ['It was called back at Twilio.', 'Whoever uses the account beside Tidings.'],
  refused: ['Twilio refused it, with a code that has no row here.', 'The code, at twilio.com/docs/api/errors.'],
  submit_failed: ['The SMSC could not take it, twice.', 'Send it again later; ask the provider.'],
  rejected: [
    'The SMSC refused it for good, or the carrier did.',
    'The code in the log; [SMPP](smpp.md#what-a-status-leads-to); ask the provider.',
  ],
  undeliverable: [
    'The carrier could not deliver it, and says no more than its own code.',
    'The code of the attempt; ask the provider.',
  ],
  rate_exceeded: [
    'Faster than the account or sender may, or than a browser’s push service takes. Waits.',
    'More senders, a higher rate.',
  ],
  queue_full: ['More than ten hours of messages wait at this sender. Waits.', 'More senders.'],
  queue_overflow: ['Twilio dropped it from a queue that was too long. Tried again, slower.', 'More senders.'],
  daily_limit: ['The account’s messages of a day are used up. Waits.', 'A higher limit at Twilio.'],
  maintenance: ['Twilio is being worked on. Tried again.', 'Nothing.'],
  internal_error: ['The provider had a fault of its own, and did not take it. Tried again.', 'Nothing, if it is rare.'],
  network_error: ['The carrier’s network failed.', 'Send it again.'],
  recipient_credit: ['The person’s prepaid credit is used up.', 'Nothing.'],
  out_of_credit: ['The account has no credit left. Everything waits.', 'Top it up at the provider.'],
  not_enabled: ['The account may not send by this interface. Everything waits.', 'The provider’s support.'],
  invalid_callback: [
    'The provider does not take the address that receipts are to go to. Everything waits.',
    '`PUBLIC_URL`: an address that the provider can reach.',
  ],
  bad_credentials: [
    'The provider refuses our key. Everything waits.',
    '`TWILIO_ACCOUNT_SID`, `TWILIO_AUTH_TOKEN`, `TWILIO_API_KEY`; `VONAGE_API_KEY`, `VONAGE_API_SECRET`.',
  ],
  unknown_account: ['Twilio knows no such account. Everything waits.', '`TWILIO_ACCOUNT_SID`, `TWILIO_BASE_URL`.'],
  account_suspended: ['The account is suspended or closed. Everything waits.', 'The Twilio console.'],
  unexpected_answer: [
    'Who answers there is not the provider’s API. Everything waits.',
    '`TWILIO_BASE_URL` or `APNS_BASE_URL`, and what stands in between.',
  ],
}

const OF_PUSHES: Readonly<Record<string, Row>> = {
  unregistered: ['The app was removed, or the token replaced. It is not sent to any more.', 'Forget the token.'],
  invalid_token: ['It is no registration token. It is not sent to any more.', 'Look where it came from.'],
  deleted: ['You took the device away. It is not sent to until it is registered again.', 'PUT /tokens/{token}.'],
  stale: [
    'The device was not seen for `DEVICES_DROP_DAYS`.',
    'Register it at each start of the app: PUT /tokens/{token}.',
  ],
  sender_mismatch: [
    'The token belongs to another Firebase project; at Apple, to another app, or to the other environment; of a browser, to another VAPID key.',
    'The app’s configuration, or the service account; [`APNS_ENVIRONMENT` and `APNS_TOPIC`](apns.md#another-app-or-environment).',
  ],
  invalid_payload: ['The push service refuses a field of the message.', 'The log’s code names the field.'],
  quota_exceeded: [
    'The project’s quota a minute is used up. Waits.',
    '`FCM_MESSAGES_PER_MINUTE`; ask Google for more.',
  ],
  device_rate: ['Too many messages to this one device. Waits.', 'Fewer messages.'],
  topic_rate: ['Too many messages to this topic, or too many devices to be subscribed. Waits.', 'Fewer of them.'],
  too_many_topics: [
    'Only of a [subscription](topics.md): the device follows 2,000 topics, and can follow no more.',
    'Unsubscribe it from some.',
  ],
  invalid_argument: [
    'Only of a [subscription](topics.md): FCM can’t read the address, or does not take it. It is kept.',
    'See where the address comes from.',
  ],
  unavailable: ['The push service is overloaded. Tried again.', 'Nothing.'],
  internal: ['An error inside the push service. Tried again.', 'Nothing.'],
  apns_auth: [
    'FCM can’t sign in to Apple for this project, or Apple does not take our own key. Waits.',
    'The APNs key in the Firebase console; `APNS_KEY`, `APNS_KEY_ID`, `APNS_TEAM_ID`, `APNS_ENVIRONMENT`, and the clock.',
  ],
  apns_topic: ['Apple does not take our topic with this key. Everything waits.', '`APNS_TOPIC`: the app’s bundle id.'],
  unauthenticated: ['FCM refuses our access token. Everything waits.', 'A new key for the service account; the clock.'],
  credentials_refused: [
    'Google gives no access token for these credentials. Everything waits; Google is asked again after 5 s, 10 s … a minute.',
    'A new key for the service account.',
  ],
  no_access_token: ['Google’s token endpoint was not reached. Tried again.', 'Let this machine reach it over HTTPS.'],
  permission_denied: [
    'The account may not send for this project. Everything waits.',
    'Enable the FCM API (V1); role "Firebase Cloud Messaging API Admin". At Apple: a key that may send pushes.',
  ],
  project_not_found: ['There is no such Firebase project. Everything waits.', '`project_id` in the credentials.'],
  project_unknown: ['The credentials name no project. Everything waits.', 'A service account’s key file.'],
  vapid_refused: [
    'The push service of a browser does not take [our signature](web-push.md#what-can-go-wrong). Tried again for a day.',
    '`WEBPUSH_VAPID_SUBJECT`, the two keys beside it, and the clock.',
  ],
  private_address: [
    'A browser’s subscription leads to an address that is not public. Nothing was sent there.',
    'Look where it came from; `WEBHOOKS_ALLOW_PRIVATE` where it is meant.',
  ],
  unreadable_subscription: [
    'A browser’s subscription is encrypted under another `SECRET_KEY`. Tried again for a day.',
    '`SECRET_KEY_PREVIOUS`.',
  ],
}

/** Every `reason`, below the heading it stands under. */
export const REASON_SECTIONS: readonly (readonly [heading: string, reasons: ReadonlyMap<string, ReasonPage>])[] = [
  ['Of Tidings', pages(OF_TIDINGS)],
  ['Of the link to the provider', pages(OF_LINK)],
  ['Of SMS', pages(OF_SMS)],
  ['Of pushes', pages(OF_PUSHES)],
]

function pages(rows: Readonly<Record<string, Row>>): ReadonlyMap<string, ReasonPage> {
  return new Map(Object.entries(rows).map(([word, [what, helps]]) => [word, { what, helps }]))
}
