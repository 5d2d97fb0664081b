import {
  TidingsApiError,
  type DevicesPush,
  type Schema,
  type Tidings,
  type TokensPush,
  type TopicPush,
} from '../client/tidings.ts'
import { CliRefusal, EXIT, type ExitCode, type Surroundings } from './command.ts'
import { readOneOf, readWhole } from './option-values.ts'
import { COMMON, commonFields, exitCodeOf, sendOptions, toPairs } from './send-words.ts'
import { connect, countsOf } from './service.ts'
import { painted, plain, readWords } from './words.ts'

const OPTIONS = {
  ...COMMON,
  token: { type: 'string', multiple: true },
  fid: { type: 'string', multiple: true },
  client: { type: 'string', multiple: true },
  topic: { type: 'string' },
  condition: { type: 'string' },
  'fan-out': { type: 'boolean' },
  title: { type: 'string' },
  body: { type: 'string' },
  data: { type: 'string', multiple: true },
  image: { type: 'string' },
  link: { type: 'string' },
  project: { type: 'string' },
  priority: { type: 'string' },
  'collapse-key': { type: 'string' },
  badge: { type: 'string' },
  sound: { type: 'string' },
  action: { type: 'string', multiple: true },
  'data-only': { type: 'boolean' },
  validate: { type: 'boolean' },
  evidence: { type: 'boolean' },
  'fallback-sms': { type: 'string' },
  'fallback-to': { type: 'string' },
  after: { type: 'string' },
  unless: { type: 'string' },
} as const

export async function sendPush(words: readonly string[], at: Surroundings): Promise<ExitCode> {
  const { values, positionals } = readWords(words, OPTIONS)
  if (positionals.length > 0) throw new CliRefusal('A push takes no arguments: its words follow --title and --body.')
  const push = toPush(values)
  const tidings = connect(at)
  const json = values.json === true
  if (values['dry-run'] === true) {
    const report = await tidings.notifications.dryRun(push, { signal: at.signal, validate: values.validate === true })
    await at.say(json ? `${JSON.stringify(report)}\n` : dryRun(report))
    return EXIT.fine
  }
  if (values.validate === true) throw new CliRefusal('--validate asks FCM without sending: it belongs to --dry-run.')
  const options = sendOptions(values, at.signal)
  const { notifications } = tidings
  const sent =
    'to' in push
      ? await notifications.toDevices(push, options)
      : 'topic' in push || 'condition' in push
        ? await notifications.toTopic(push, options)
        : await notifications.toTokens(push, options)
  for (const warning of sent.warnings ?? []) at.tell(plain(warning))
  const counts = sent.counts ?? (await countsNow(tidings, sent.notification_id, at.signal)) ?? {}
  const id = painted(String(sent.notification_id), 'bold', at)
  const told = Object.keys(counts).length === 0 ? `${sent.targets} ${sent.status}` : countsOf({ counts })
  await at.say(json ? `${JSON.stringify({ ...sent, counts })}\n` : `${id}  ${told}.\n`)
  return values.wait === true ? exitCodeOf(Object.keys(counts)) : EXIT.fine
}

/** Null: the key may send, and not read. */
async function countsNow(tidings: Tidings, id: number, signal: AbortSignal): Promise<Record<string, number> | null> {
  try {
    return (await tidings.notifications.get(id, { signal })).counts
  } catch (error) {
    if (error instanceof TidingsApiError || signal.aborted) return null
    throw error
  }
}

type Words = ReturnType<typeof readWords<typeof OPTIONS>>['values']

function toPush(values: Words): TokensPush | DevicesPush | TopicPush {
  const { token: tokens = [], fid: fids = [], client: clients, topic, condition } = values
  const given = [tokens.length + fids.length > 0, ...[clients, topic, condition].map((one) => one !== undefined)]
  if (given.filter(Boolean).length !== 1) {
    throw new CliRefusal(
      'Who is it for? Give --token (or --fid), --client, --topic or --condition, and one of them alone.',
    )
  }
  const content = toContent(values)
  const reporting = toReporting(values, topic !== undefined || condition !== undefined)
  if (clients !== undefined) return { ...content, ...reporting, to: { clients } }
  const fanOut = values['fan-out'] === true ? { fan_out: true } : {}
  if (topic !== undefined) return { ...content, ...fanOut, topic }
  if (condition !== undefined) return { ...content, ...fanOut, condition }
  if (values['fan-out'] === true) throw new CliRefusal('--fan-out belongs to --topic and --condition.')
  return { ...content, ...reporting, ...(tokens.length > 0 ? { tokens } : {}), ...(fids.length > 0 ? { fids } : {}) }
}

/** What devices are asked for, and the SMS that stands in for what they don't confirm. */
function toReporting(values: Words, toTopic: boolean): Pick<TokensPush, 'evidence' | 'fallback'> {
  const { evidence, 'fallback-sms': message, 'fallback-to': contact, after, unless } = values
  if (toTopic && (evidence ?? message) !== undefined) {
    throw new CliRefusal('--evidence and --fallback-sms go with devices: a topic has none of its own.')
  }
  if (message === undefined && [contact, after, unless].some((one) => one !== undefined)) {
    throw new CliRefusal('--fallback-to, --after and --unless say when --fallback-sms goes out, and to whom.')
  }
  const asked = evidence === undefined ? {} : { evidence }
  if (message === undefined) return asked
  const sms = { message, ...(contact === undefined ? {} : { contact }) }
  const when = after === undefined ? {} : { after: readWhole(after, '--after') }
  return {
    ...asked,
    fallback: {
      sms,
      ...when,
      ...(unless === undefined ? {} : { unless: readOneOf(unless, '--unless', ['sent', 'received', 'opened']) }),
    },
  }
}

function toContent(values: Words): Omit<TopicPush, 'topic'> {
  const { title, body, data, image, link, project, template } = values
  if (values['data-only'] !== true && template === undefined && (title === undefined || body === undefined)) {
    throw new CliRefusal('What does it say? Give --title and --body, or a --template.')
  }
  return {
    ...commonFields(values),
    ...(title === undefined ? {} : { title }),
    ...(body === undefined ? {} : { body }),
    ...(data === undefined ? {} : { data: toPairs(data, '--data') }),
    ...(image === undefined ? {} : { image }),
    ...(link === undefined ? {} : { link }),
    ...(project === undefined ? {} : { project }),
    ...toSimple(values),
  }
}

/** One word for what each platform calls its own way. */
function toSimple(values: Words): Partial<Omit<TopicPush, 'topic'>> {
  const { priority, 'collapse-key': collapseKey, badge, sound, action: actions } = values
  return {
    ...(priority === undefined ? {} : { priority: readOneOf(priority, '--priority', ['high', 'normal']) }),
    ...(collapseKey === undefined ? {} : { collapse_key: collapseKey }),
    ...(badge === undefined ? {} : { badge: readWhole(badge, '--badge') }),
    ...(sound === undefined ? {} : { sound }),
    ...(actions === undefined ? {} : { actions: toActions(actions) }),
    ...(values['data-only'] === true ? { data_only: true } : {}),
  }
}

function toActions(words: readonly string[]): { action: string; title: string }[] {
  return Object.entries(toPairs(words, '--action')).map(([action, title]) => ({ action, title }))
}

function dryRun({ topic, condition, targets, bytes, most_bytes, ...report }: Schema<'PushDryRunData'>): string {
  const { route, waits, warnings, wordings, validation, fallback } = report
  const dead = targets.suppressed === 0 ? '' : `, ${targets.suppressed} of them dead`
  const lines = [
    `To        ${toWhom(topic, condition) ?? `${targets.total} targets${dead}`}`,
    ...wordings.map((one) => `In ${one.locale.padEnd(7)}${one.targets} of them, ${one.bytes} bytes: ${one.title}`),
    `Size      ${bytes} of ${most_bytes} bytes`,
    `Through   ${route.provider}: ${route.reason}`,
    ...(validation === undefined ? [] : [`FCM       ${saidOf(validation)}`]),
    `Leaves    ${report.send_at}, at the latest ${report.expires_at}`,
    ...waits.map(({ message }) => `Waits     ${message}`),
    ...(fallback === undefined
      ? []
      : [`Else SMS  ${fallback.contact}, ${fallback.segments} segments: ${fallback.text}`]),
    ...warnings.map((warning) => `Mind      ${warning}`),
  ]
  return `${lines.map(plain).join('\n')}\nNothing was sent.\n`
}

function toWhom(topic: string | null, condition: string | null): string | null {
  if (condition !== null) return `devices where ${condition}`
  return topic === null ? null : `topic ${topic}`
}

function saidOf({ result, reason, code }: NonNullable<Schema<'PushDryRunData'>['validation']>): string {
  if (result === 'accepted') return 'would take it'
  if (result === 'not_asked') return 'was not asked: it would be captured'
  const why = [reason, code].filter((word) => word !== null).join(', ')
  return result === 'refused' ? `would refuse it: ${why}` : `gave no answer: ${why}`
}
