import { nearest } from '../../domain/nearest.ts'
import { readUrl } from '../../domain/url.ts'
import { readOwnTlvs } from './tlvs.ts'

/** How to reach one SMSC, and how it wants things. */
export interface SmppOptions {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  /** The name that its certificate is for; null: `host`. */
  readonly tlsName: string | null
  readonly systemId: string
  readonly password: string
  readonly systemType: string
  /** `separate`: each bind is a transmitter and a receiver. */
  readonly bind: 'transceiver' | 'separate'
  /** Of the account, over all nodes; 1..50. */
  readonly binds: number
  /** Submissions without an answer on one bind; 1..1000. */
  readonly window: number
  /** Null: by the look of the sender. */
  readonly sourceTon: number | null
  readonly sourceNpi: number | null
  /** What data_coding 0 means there. */
  readonly charset: 'gsm7' | 'latin1'
  /** Whether receipts write a message's id as the answer did, or in the other base: the answer's comes first. */
  readonly messageIds: 'same' | 'hex-dec' | 'dec-hex'
  /** Parts a second that the account may submit, over all nodes; null: nothing is known. */
  readonly perSecond: number | null
  /** How parts of a long text are joined: by a header with a reference of 8 or 16 bits, by sar_* parameters; `payload`: not cut at all. */
  readonly udh: '8' | '16' | 'sar' | 'payload'
  /** Which parts of a long text a receipt is asked for. */
  readonly receipts: 'all' | 'last' | 'none'
  /** Of messages that name none; null: the SMSC's own. */
  readonly sender: string | null
  /** The longest validity that the SMSC takes, in seconds; null: no limit. */
  readonly validitySeconds: number | null
  /** Optional parameters that go with every message, by tag: `0x1400` … as text, or `hex:` and octets. */
  readonly tlvs: Readonly<Record<string, string>>
}

/** What is wrong with a URL, in words that hold nothing of its password, and what to do. */
export interface UrlFault {
  readonly problem: string
  readonly fix: string
}

/** Plain: IANA's for SMPP; with TLS: IANA's `ssmpp`. */
const PORT = { plain: 2_775, tls: 3_550 } as const

/** Octets of C-octet strings without the zero at their end. Source: SMPP v3.4, §4.1.1. */
const MOST = { systemId: 15, password: 8, systemType: 12 } as const

const EXAMPLE = 'smpp://system_id:password@smsc.example:2775?binds=2&window=10'

/**
 * `SMPP_URL`: `smpp://system_id:password@host:port?bind=transceiver&binds=2&window=10…`, `ssmpp:` or `smpps:` for TLS. docs/smpp.md
 * has all parameters.
 */
export function readSmppUrl(text: string): { readonly options: SmppOptions } | UrlFault {
  const url = readUrl(text)
  if (url === null || !['smpp:', 'ssmpp:', 'smpps:'].includes(url.protocol)) {
    return { problem: 'is no URL that begins with smpp:// or, for TLS, ssmpp://', fix: `Write it like ${EXAMPLE}.` }
  }
  const read = createReader(url.searchParams)
  const place = readPlace(url, read)
  const account = readAccount(url, read)
  const options = { ...place, ...account, ...readHabits(read), tlvs: readTlvs(read) }
  const fault = read.fault()
  return fault ?? { options }
}

interface Reader {
  /** What stands there; null: nothing. */
  text(name: string): string | null
  /** A whole number. */
  count(name: string, least: number, most: number): number | null
  word<const Word extends string>(name: string, words: readonly Word[]): Word | null
  flag(name: string): boolean | null
  names(): readonly string[]
  refuse(problem: string, fix: string): void
  /** The first one. */
  fault(): UrlFault | null
}

const NAMES = [
  'bind',
  'binds',
  'charset',
  'from',
  'message_id',
  'per_second',
  'receipts',
  'source_npi',
  'source_ton',
  'system_type',
  'tls',
  'tls_name',
  'udh',
  'validity',
  'window',
] as const

const TLV = /^tlv_(?:0x)?([0-9a-f]{4})$/i

function createReader(params: URLSearchParams): Reader {
  let first: UrlFault | null = null
  const names = [...new Set(params.keys())]

  function refuse(problem: string, fix: string): void {
    first ??= { problem, fix }
  }
  function text(name: string): string | null {
    const values = params.getAll(name)
    if (values.length > 1) refuse(`says \`${name}\` ${values.length} times`, 'Leave one.')
    return values[0] ?? null
  }
  for (const name of names) {
    if (TLV.test(name) || NAMES.some((known) => known === name)) continue
    const meant = nearest(name, NAMES, 2)
    const hint = meant === null ? `They are ${NAMES.join(', ')} and tlv_1400.` : `Did you mean \`${meant}\`?`
    refuse(`has a parameter \`${shown(name)}\` that nobody knows`, hint)
  }
  return {
    text,
    count(name, least, most) {
      const value = text(name)
      if (value === null) return null
      if (/^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value)
      refuse(`says \`${name}=${shown(value)}\``, `Write a whole number from ${least} to ${most}.`)
      return null
    },
    word(name, words) {
      const value = text(name)
      const word = words.find((known) => known === value) ?? null
      if (value !== null && word === null)
        refuse(`says \`${name}=${shown(value)}\``, `Write one of ${words.join(', ')}.`)
      return word
    },
    flag(name) {
      const value = text(name)
      if (value === null) return null
      if (['', 'on', 'true', '1'].includes(value)) return true
      if (!['off', 'false', '0'].includes(value)) refuse(`says \`${name}=${shown(value)}\``, 'Write `on` or `off`.')
      return false
    },
    names: () => names,
    refuse,
    fault: () => first,
  }
}

/** What somebody wrote at the wrong place may be a secret, if it is long. */
function shown(value: string): string {
  return value.length > 24 ? `${value.slice(0, 4)}…` : value
}

type Place = Pick<SmppOptions, 'host' | 'port' | 'tls' | 'tlsName'>

function readPlace(url: URL, read: Reader): Place {
  const secure = url.protocol !== 'smpp:'
  const flag = read.flag('tls')
  if (secure && flag === false) read.refuse(`says both ${url.protocol}// and \`tls=off\``, 'Write smpp:// for no TLS.')
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (host === '') read.refuse('names no host', `Write it like ${EXAMPLE}.`)
  if (url.pathname !== '' && url.pathname !== '/') {
    read.refuse('has a path, which SMPP knows not', 'Take it away; a `/` in the password is written %2F.')
  }
  if (url.hash !== '') read.refuse('has a `#`', 'A `#` in the password is written %23.')
  const tls = secure || flag === true
  const port = url.port === '' ? PORT[tls ? 'tls' : 'plain'] : Number(url.port)
  if (port === 0) read.refuse('has the port 0', 'Write the port that the provider told.')
  const tlsName = read.text('tls_name')
  if (tlsName !== null && !tls) read.refuse('says `tls_name` without TLS', 'Write ssmpp://, or leave it out.')
  return { host, port, tls, tlsName }
}

type Account = Pick<SmppOptions, 'systemId' | 'password' | 'systemType' | 'bind' | 'binds' | 'window' | 'perSecond'>

function readAccount(url: URL, read: Reader): Account {
  const systemId = decoded(url.username)
  const password = decoded(url.password)
  const systemType = read.text('system_type') ?? ''
  if (systemId === null || password === null) {
    read.refuse(
      'has a `%` in its system_id or password that is no escape',
      'Write % as %25, @ as %40, : as %3A, / as %2F.',
    )
  }
  if (systemId === '') read.refuse('names no system_id', `Write it like ${EXAMPLE}.`)
  judge(read, 'system_id', systemId, MOST.systemId)
  judge(read, 'password', password, MOST.password)
  judge(read, 'system_type', systemType, MOST.systemType)
  return {
    systemId: systemId ?? '',
    password: password ?? '',
    systemType,
    bind: read.word('bind', ['transceiver', 'separate']) ?? 'transceiver',
    binds: read.count('binds', 1, 50) ?? 1,
    window: read.count('window', 1, 1_000) ?? 10,
    perSecond: read.count('per_second', 1, 100_000),
  }
}

function judge(read: Reader, name: string, value: string | null, most: number): void {
  if (value === null || (value.length <= most && /^[\x20-\x7e]*$/.test(value))) return
  const fix = `It has at most ${most} characters of ASCII; ask the provider for one that fits.`
  read.refuse(`has a ${name} that SMPP cannot carry`, fix)
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

type Habits = Omit<SmppOptions, keyof Place | keyof Account | 'tlvs'>

const YEAR_SECONDS = 31_536_000

function readHabits(read: Reader): Habits {
  return {
    sourceTon: read.count('source_ton', 0, 255),
    sourceNpi: read.count('source_npi', 0, 255),
    charset: read.word('charset', ['gsm7', 'latin1']) ?? 'gsm7',
    messageIds: read.word('message_id', ['same', 'hex-dec', 'dec-hex']) ?? 'same',
    udh: read.word('udh', ['8', '16', 'sar', 'payload']) ?? '8',
    receipts: read.word('receipts', ['all', 'last', 'none']) ?? 'all',
    sender: readSender(read),
    validitySeconds: read.count('validity', 60, YEAR_SECONDS),
  }
}

/** A number, a short code, or a name. Source of the lengths: SMPP v3.4 §4.4.1; 3GPP TS 23.040 §9.1.2.5 for a name's 11. */
function readSender(read: Reader): string | null {
  // A `+` in a query stands for a blank.
  const sender = read.text('from')?.replace(/^ (?=\d)/, '+') ?? null
  if (sender === null || /^\+?\d{1,20}$/.test(sender) || /^(?=.*[A-Za-z])[\x20-\x7e]{1,11}$/.test(sender)) return sender
  read.refuse(
    'says a `from` that is no sender',
    'Write a number (%2B15005550006), a short code, or a name of up to 11 letters.',
  )
  return null
}

/** Characters; each PDU carries it. */
const MOST_TLV = 512

function readTlvs(read: Reader): Readonly<Record<string, string>> {
  const tlvs: Record<string, string> = {}
  for (const name of read.names()) {
    const [, digits] = TLV.exec(name) ?? []
    if (digits === undefined) continue
    const value = read.text(name) ?? ''
    if (value === '' || value.length > MOST_TLV || readOwnTlvs({ [`0x${digits}`]: value }) === null) {
      const fix = 'Write a tag from tlv_1400 to tlv_3fff, and a text, or hex: and octets.'
      read.refuse(`says \`${name}\` with a value that cannot be sent`, fix)
    }
    tlvs[`0x${digits.toLowerCase()}`] = value
  }
  return tlvs
}
