/** One metric: what `/metrics` serves under its name, and what docs/metrics.md says of it. */
export interface Metric {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly section: 'Accepting' | 'Sending' | 'Queue' | 'Receipts' | 'Webhooks' | 'Nodes' | 'Database' | 'Process'
  readonly labels: readonly string[]
  /** One sentence, or two, without a full stop at the end. */
  readonly help: string
  /** Upper bounds in seconds, ascending; empty for all but histograms. */
  readonly bounds: readonly number[]
}

/** For an answer of ours: a loopback call takes one millisecond, a caller is owed one within two seconds. */
const ANSWER_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** For a provider's answer: FCM's usually takes 50 to 300 ms, an SMS provider's 100 ms to 1 s; ours give up after 10 to 30 s. */
const PROVIDER_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30]

/** For a receipt: seconds from a handset that is on, days from one that is off. */
const RECEIPT_SECONDS = [0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400, 259_200]

/** Everything that `/metrics` serves. The values of a label are words of ours, names of providers, routes and codes: never what a caller wrote. */
export const METRICS = {
  accepts: counter('Accepting', 'tidings_accepts_total', ['channel', 'category', 'outcome'], {
    help: 'SMS and notifications handed in, counted after COMMIT; a notification is one, however many targets it has. Outcome: accepted, replayed (its Idempotency-Key was known), failed (not stored)',
  }),
  requests: counter('Accepting', 'tidings_http_requests_total', ['method', 'route', 'status'], {
    help: 'Calls answered, by route',
  }),
  requestSeconds: histogram('Accepting', 'tidings_http_request_duration_seconds', ['route'], ANSWER_SECONDS, {
    help: 'From a call’s headers until its answer begins',
  }),
  refusals: counter('Accepting', 'tidings_refusals_total', ['status', 'code'], {
    help: 'Calls refused, by the code of their error; status 429 and 503 are those told to come back',
  }),
  rules: counter('Accepting', 'tidings_rules_total', ['rule', 'action'], {
    help: 'What rules made of SMS, and what they found. Action: observed (a cap was passed, and told), refused (429, not stored), rejected (stored and not sent), alarm (raised by this node)',
  }),
  ruleAlarms: gauge('Accepting', 'tidings_rule_alarms', ['rule'], {
    help: 'Alarms of rules that are on, over all nodes, as this node knows them; those of one rule are about different numbers, countries or keys',
  }),
  attempts: counter('Sending', 'tidings_attempts_total', ['channel', 'provider', 'outcome'], {
    help: 'Submissions to a provider, one for each SMS and each target of a notification. Outcome: accepted, captured, permanent, recipient-gone, transient, throttled, blocked, uncertain',
  }),
  attemptSeconds: histogram('Sending', 'tidings_attempt_duration_seconds', ['channel', 'provider'], PROVIDER_SECONDS, {
    help: 'From the hand-over to a provider’s adapter until its outcome is known; for push that holds the wait for the pace',
  }),
  moves: counter('Sending', 'tidings_status_total', ['channel', 'status'], {
    help: 'SMS and targets that this node moved to a status, by an attempt’s outcome or by a receipt. Queued: to be tried again',
  }),
  choices: counter('Sending', 'tidings_route_choices_total', ['provider', 'choice'], {
    help: 'SMS that the routes file sent through a provider when they were accepted. Choice: first, detour (those before it were not well), none-well (no candidate was). Dry runs, and what is refused or captured, are not among them',
  }),
  failovers: counter('Sending', 'tidings_route_failovers_total', ['from', 'to'], {
    help: 'SMS that went on to another provider because the one before took them not',
  }),
  routeTroubles: gauge('Sending', 'tidings_route_trouble', ['provider', 'country', 'state'], {
    help: '1 for each way that is not well, as this node sees it; country * stands for the whole provider. State: open (nothing goes through), half-open (one message at a time), ramp (a growing part)',
  }),
  inFlight: gauge('Sending', 'tidings_in_flight', [], { help: 'Submissions under way on this node' }),
  paused: gauge('Sending', 'tidings_paused', ['provider', 'category'], {
    help: '1 for each pause that somebody has set; * stands for all',
  }),
  waiting: gauge('Queue', 'tidings_queue_waiting', ['channel', 'lane'], {
    help: 'What is due and no node has taken yet, in the whole database: messages for sms, chunks of at most 1,000 targets for push. Counted up to 10,000',
  }),
  oldest: gauge('Queue', 'tidings_queue_oldest_seconds', ['channel', 'lane'], {
    help: 'How long the oldest of them has been due',
  }),
  later: gauge('Queue', 'tidings_queue_later', ['channel', 'lane'], {
    help: 'What is to be sent later, scheduled or tried again. Counted up to 10,000',
  }),
  doubtful: gauge('Queue', 'tidings_queue_uncertain', [], {
    help: 'SMS that may have been sent, about which a provider is still to be asked. Counted up to 10,000',
  }),
  backlog: gauge('Queue', 'tidings_queue_messages', [], {
    help: 'SMS and targets of notifications that are not sent yet, scheduled ones included, in the whole database. Estimated where there are tens of thousands',
  }),
  backlogLimit: gauge('Queue', 'tidings_queue_limit', [], {
    help: 'How many of them there may be, QUEUE_LIMIT: marketing is refused from 80 % on, transactional calls from 90 % on, one-time codes at last',
  }),
  queueRead: gauge('Queue', 'tidings_queue_read', [], {
    help: '1 if the queue could be looked at in the last 15 seconds; without that the other figures of the queue are left out',
  }),
  receipts: counter('Receipts', 'tidings_receipts_total', ['provider', 'status'], {
    help: 'Receipts that were stored, by what they say',
  }),
  unreadable: counter('Receipts', 'tidings_receipts_unreadable_total', ['provider'], {
    help: 'What an SMSC marked as a receipt and nobody could read; it is [kept for a look](smpp.md#receipts-that-can-not-be-read)',
  }),
  lost: counter('Receipts', 'tidings_undelivered_total', ['provider', 'reason'], {
    help: 'Receipts by which an SMS did not arrive, by [reason](reasons.md): more than 1 % `filtered` within five minutes means that a carrier takes a text for spam',
  }),
  receiptSeconds: histogram('Receipts', 'tidings_receipt_delay_seconds', ['provider'], RECEIPT_SECONDS, {
    help: 'From the moment a provider took an SMS until its receipt that it was delivered; captured ones are left out',
  }),
  inbound: counter('Receipts', 'tidings_inbound_total', ['provider', 'action'], {
    help: '[Texts that people sent](inbound.md), counted after COMMIT, and one that was handed over twice once. Action: stop, start, help, none',
  }),
  callbacks: counter('Receipts', 'tidings_callbacks_total', ['provider', 'result'], {
    help: 'Calls of providers. Result: accepted, forged (the signature is not theirs), malformed, failed (they are told to repeat it)',
  }),
  webhookTries: counter('Webhooks', 'tidings_webhook_tries_total', ['outcome'], {
    help: 'Calls to webhooks. Outcome: delivered, again (to be tried again), given_up (it was the last), gone (its receiver wants no more)',
  }),
  webhookSeconds: histogram('Webhooks', 'tidings_webhook_duration_seconds', [], PROVIDER_SECONDS, {
    help: 'From the moment a delivery was taken up until its outcome is known',
  }),
  webhookWaiting: gauge('Webhooks', 'tidings_webhook_waiting', [], {
    help: 'Deliveries that are due and no node has taken yet, in the whole database. Counted up to 1,000 for each webhook',
  }),
  webhookOldest: gauge('Webhooks', 'tidings_webhook_oldest_seconds', [], {
    help: 'How long the oldest of them has been due',
  }),
  webhookBehind: gauge('Webhooks', 'tidings_webhook_behind_seconds', [], {
    help: 'How long ago the oldest event happened that was not handed out to webhooks yet',
  }),
  webhooksDisabled: gauge('Webhooks', 'tidings_webhooks_disabled', [], {
    help: 'Webhooks that were disabled because they failed, or because their receiver said so',
  }),
  reclaimed: counter('Nodes', 'tidings_reclaimed_total', ['outcome'], {
    help: 'SMS taken over from a node that ended, or found again after a lost answer. Outcome: waiting (not yet sent), uncertain (may have been sent), poisoned (its third crash), proven (a receipt had come)',
  }),
  leasesLost: counter('Nodes', 'tidings_leases_lost_total', [], {
    help: 'Times this node was declared dead by others, and went on as a new one',
  }),
  nodes: gauge('Nodes', 'tidings_nodes', [], { help: 'Nodes alive at this one’s last heartbeat, itself included' }),
  maySend: gauge('Nodes', 'tidings_may_send', [], {
    help: '1 while this node’s lease has enough time left to write to a provider',
  }),
  poolConnections: gauge('Database', 'tidings_database_connections', ['pool', 'state'], {
    help: 'Connections of a pool. State: busy, idle',
  }),
  poolWaiting: gauge('Database', 'tidings_database_waiting', ['pool'], {
    help: 'Statements that wait for a connection of a pool',
  }),
  diskFree: gauge('Database', 'tidings_disk_free_bytes', [], {
    help: 'What is free on the disk of the embedded Postgres; left out where Postgres is another one',
  }),
  diskReserve: gauge('Database', 'tidings_disk_reserve_bytes', [], {
    help: 'What is kept free there, DISK_RESERVE_MB: marketing is refused below it, transactional calls below three quarters, one-time codes below half',
  }),
  build: gauge('Process', 'tidings_build_info', ['version', 'node'], {
    help: 'Always 1; which Tidings this is, and on which Node',
  }),
  lagP99: gauge('Process', 'tidings_event_loop_lag_p99_seconds', [], {
    help: 'How late the event loop was, of its turns in the last 10 seconds: all but one in a hundred were faster',
  }),
  lagMost: gauge('Process', 'tidings_event_loop_lag_max_seconds', [], {
    help: 'How late the event loop was, in its worst turn of the last 10 seconds',
  }),
  cpu: counter('Process', 'process_cpu_seconds_total', [], {
    help: 'CPU time of this process, of the user and of the system',
  }),
  memory: gauge('Process', 'process_resident_memory_bytes', [], { help: 'Memory of this process' }),
  heap: gauge('Process', 'tidings_heap_used_bytes', [], { help: 'What JavaScript holds of it' }),
  heapLimit: gauge('Process', 'tidings_heap_limit_bytes', [], { help: 'What JavaScript may hold at most' }),
  openFiles: gauge('Process', 'process_open_fds', [], {
    help: 'Open file descriptors; left out where the system does not tell',
  }),
  started: gauge('Process', 'process_start_time_seconds', [], {
    help: 'When this process began, in seconds since 1970',
  }),
} as const satisfies Readonly<Record<string, Metric>>

export type MetricKey = keyof typeof METRICS

interface Words {
  readonly help: string
}

function counter(
  section: Metric['section'],
  name: string,
  labels: readonly string[],
  { help }: Words,
): Metric & { readonly type: 'counter' } {
  return { name, type: 'counter', section, labels, help, bounds: [] }
}

function gauge(
  section: Metric['section'],
  name: string,
  labels: readonly string[],
  { help }: Words,
): Metric & { readonly type: 'gauge' } {
  return { name, type: 'gauge', section, labels, help, bounds: [] }
}

function histogram(
  section: Metric['section'],
  name: string,
  labels: readonly string[],
  bounds: readonly number[],
  { help }: Words,
): Metric & { readonly type: 'histogram' } {
  return { name, type: 'histogram', section, labels, help, bounds }
}
