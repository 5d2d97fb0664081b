import type { LiveLine } from '../wiring/live-lines.ts'

export interface BannerFacts {
  readonly version: string
  /** `http://localhost:5000` */
  readonly url: string
  /** The provider's name, as people write it; null: captured. */
  readonly sms: string | null
  readonly push: string | null
  /** `./data (new, embedded Postgres 18)` */
  readonly data: string
  /** What HOST is, where others than this machine can come in; null: they can't. */
  readonly openTo: string | null
  /** Whether callers need an API key. */
  readonly asksForKeys: boolean
  /** What signs whoever opens the dashboard in, once; null: nobody has to. */
  readonly signIn: string | null
  /** One that was made just now; shown this once. */
  readonly newKey: string | null
}

export interface TerminalOptions {
  readonly write: (text: string) => void
  readonly colour: boolean
  /** Room in a line, asked before each one. */
  readonly columns: () => number
  readonly now: () => Date
}

export interface Terminal {
  /** The first screen, up to the line that says it is ready. */
  banner(facts: BannerFacts): void
  ready(seconds: number): void
  live(line: LiveLine): void
  /** What the person at the machine should know now. */
  note(text: string): void
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const
type Paint = (colour: keyof typeof CODES, text: string) => string

const KIND_COLOUR: Record<LiveLine['kind'], keyof typeof CODES> = {
  captured: 'cyan',
  scheduled: 'dim',
  queued: 'yellow',
  sending: 'yellow',
  sent: 'yellow',
  retry: 'yellow',
  uncertain: 'yellow',
  delivered: 'green',
  received: 'green',
  opened: 'green',
  undelivered: 'red',
  failed: 'red',
  rejected: 'red',
  refused: 'red',
  expired: 'dim',
  suppressed: 'dim',
  cancelled: 'dim',
}

/** The longest kind. */
const KIND_COLUMNS = 'undelivered'.length

/** Talks to a person. */
export function createTerminal({ write, colour, columns, now }: TerminalOptions): Terminal {
  const paint: Paint = (name, text) => (colour ? `\u001B[${CODES[name]}m${text}\u001B[0m` : text)
  return {
    banner: (facts) => write(bannerText(facts, paint)),
    ready: (seconds) => write(`  Ready in ${seconds.toFixed(1)} s.  Ctrl-C stops.\n\n`),
    live: (line) => write(liveText(line, now(), columns(), paint)),
    note: (text) => write(`  ${paint('dim', clock(now()))}  ${plain(text)}\n`),
  }
}

function bannerText(facts: BannerFacts, paint: Paint): string {
  const rows = [
    ['Dashboard', `${facts.url}/dashboard${facts.signIn === null ? '' : `${facts.signIn}\n${SIGN_IN}`}`],
    ['API', `${facts.url}/docs`],
    ['This device', `${facts.url}/  (registers a browser, shows its token)`],
    ['Data', facts.data],
    ...(facts.openTo === null ? [] : [['Open to', openText(facts)] as const]),
    ...(facts.newKey === null ? [] : [['First key', `${facts.newKey}\n${NEW_KEY}`] as const]),
  ] as const
  return [
    '',
    `  ${paint('bold', `Tidings ${facts.version}`)} · ${mode(facts.sms, facts.push)}`,
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(11)} ${value}`),
    '',
    // What looks like a try must not send anything to a stranger.
    ...(facts.sms === null ? firstSms(facts) : []),
    '',
  ].join('\n')
}

const SIGN_IN = '              signs one browser in, within half an hour; later an API key does'

const NEW_KEY = '              keep it: it has every scope and is shown this once; `npm run keys` makes others'

function openText({ openTo, asksForKeys }: BannerFacts): string {
  const where = openTo === '0.0.0.0' || openTo === '::' ? 'any address of this machine' : openTo
  return `whoever reaches ${where}${asksForKeys ? ' and has a key' : ''} (HOST=${openTo})`
}

function mode(sms: string | null, push: string | null): string {
  if (sms === null && push === null) return 'capture mode: nothing leaves this machine'
  return `SMS ${channel(sms)}, push ${channel(push)}`
}

function channel(provider: string | null): string {
  return provider === null ? 'captured on this machine' : `through ${provider}`
}

function firstSms({ url, asksForKeys, newKey }: BannerFacts): readonly string[] {
  const key = asksForKeys ? [`      -H 'authorization: Bearer ${newKey ?? 'tidings_live_…'}' \\`] : []
  return [
    '  Send your first SMS from another terminal:',
    '',
    `    curl ${url.replace('http://', '')}/smss -H 'content-type: application/json' \\`,
    ...key,
    `      -d '{"contact": "+201009129288", "subject": "Hello", "message": "Your code is 482913"}'`,
    '',
  ]
}

function liveText(line: LiveLine, at: Date, columns: number, paint: Paint): string {
  const kind = line.kind.padEnd(KIND_COLUMNS)
  const name = line.id === null ? line.channel : `${line.channel} ${line.id}`
  const text = line.text === '' ? '' : `${plain(line.text).padEnd(30)} `
  const rest = ` ${name.padEnd(9)} ${plain(line.recipient).padEnd(18)} ${text}${plain(line.note)}`
  const room = Math.max(20, columns - '  14:02:11  '.length - kind.length)
  const cut = rest.length > room ? `${rest.slice(0, room - 1)}…` : rest
  return `  ${paint('dim', clock(at))}  ${paint(KIND_COLOUR[line.kind], kind)}${cut.trimEnd()}\n`
}

function clock(at: Date): string {
  return at.toTimeString().slice(0, 8)
}

/** What others wrote must not steer the terminal: control and formatting characters become blanks. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
}
