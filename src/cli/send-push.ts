import { TidingsApiError, type Schema, type Tidings, type TokensPush, type TopicPush } from '../client/tidings.ts'
import { CliRefusal, EXIT, type ExitCode, type Surroundings } from './command.ts'
import { COMMON, commonFields, exitCodeOf, sendOptions, toPairs } from './send-words.ts'
import { connect, countsOf } from './service.ts'
import { painted, plain, readWords } from './words.ts'

const OPTIONS = {
  ...COMMON,
  token: { type: 'string', multiple: true },
  fid: { type: 'string', multiple: true },
  topic: { type: 'string' },
  title: { type: 'string' },
  body: { type: 'string' },
  data: { type: 'string', multiple: true },
  image: { type: 'string' },
  link: { type: 'string' },
} as const

export async function sendPush(words: readonly string[], at: Surroundings): Promise<ExitCode> {
  const { values, positionals } = readWords(words, OPTIONS)
  if (positionals.length > 0) throw new CliRefusal('A push takes no arguments: its words follow --title and --body.')
  const push = toPush(values)
  const tidings = connect(at)
  const json = values.json === true
  if (values['dry-run'] === true) {
    const report = await tidings.notifications.dryRun(push, { signal: at.signal })
    await at.say(json ? `${JSON.stringify(report)}\n` : dryRun(report))
    return EXIT.fine
  }
  const options = sendOptions(values, at.signal)
  const { notifications } = tidings
  const sent =
    'topic' in push ? await notifications.toTopic(push, options) : await notifications.toTokens(push, options)
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

function toPush(values: Words): TokensPush | TopicPush {
  const { token: tokens = [], fid: fids = [], topic } = values
  if ((topic === undefined) === (tokens.length + fids.length === 0)) {
    throw new CliRefusal('Who is it for? Give --token (or --fid), or --topic, and not both.')
  }
  const content = toContent(values)
  if (topic !== undefined) return { ...content, topic }
  return { ...content, ...(tokens.length > 0 ? { tokens } : {}), ...(fids.length > 0 ? { fids } : {}) }
}

function toContent(values: Words): Omit<TopicPush, 'topic'> {
  const { title, body, data, image, link, template } = values
  if (template === undefined && (title === undefined || body === undefined)) {
    throw new CliRefusal('What does it say? Give --title and --body, or a --template.')
  }
  return {
    ...commonFields(values),
    ...(title === undefined ? {} : { title }),
    ...(body === undefined ? {} : { body }),
    ...(data === undefined ? {} : { data: toPairs(data, '--data') }),
    ...(image === undefined ? {} : { image }),
    ...(link === undefined ? {} : { link }),
  }
}

function dryRun({ topic, targets, bytes, most_bytes, route, waits, ...report }: Schema<'PushDryRunData'>): string {
  const dead = targets.suppressed === 0 ? '' : `, ${targets.suppressed} of them dead`
  const lines = [
    `To        ${topic === null ? `${targets.total} targets${dead}` : `topic ${topic}`}`,
    `Size      ${bytes} of ${most_bytes} bytes`,
    `Through   ${route.provider}: ${route.reason}`,
    `Leaves    ${report.send_at}, at the latest ${report.expires_at}`,
    ...waits.map(({ message }) => `Waits     ${message}`),
  ]
  return `${lines.map(plain).join('\n')}\nNothing was sent.\n`
}
