import { isAllowedAddress, type Cidr } from '../public-address.ts'
import { readUrl } from '../url.ts'

/** What the operator allows beyond https to public addresses. */
export interface WebhookUrlRules {
  /** WEBHOOKS_ALLOW_HTTP. */
  readonly allowHttp: boolean
  /** WEBHOOKS_ALLOW_PRIVATE. */
  readonly allowedPrivate: readonly Cidr[]
}

export type WebhookUrl =
  | { readonly kind: 'url'; readonly url: URL }
  | {
      readonly kind: 'refused'
      /** A sentence's end, after the name of the field. */
      readonly problem: string
      /** A sentence. */
      readonly fix: string
    }

const MAX_LENGTH = 2_048

/** Ports that are a web server's, below those that anybody may listen on. */
const WEB_PORTS = new Set([80, 443])
const FIRST_FREE_PORT = 1_024

/**
 * From 1024 on: what browsers refuse, too (WHATWG Fetch, "bad port"), and where databases, queues and control planes listen, whose
 * protocols may read a line of ours as one of theirs.
 */
const OTHER_PROTOCOLS = new Set([
  1433, 1521, 1719, 1720, 1723, 2049, 2375, 2376, 2379, 2380, 3306, 3659, 4045, 4190, 5060, 5061, 5432, 5672, 5984,
  6000, 6379, 6443, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 9200, 9300, 10_080, 10_250, 11_211, 27_017,
])

/**
 * Reads an address that a stranger gives us to call. Names are looked up only when it is called, and judged again then: what is refused
 * here is refused early, where its owner can read why.
 */
export function readWebhookUrl(text: string, rules: WebhookUrlRules): WebhookUrl {
  const url = parse(text)
  if (url === null) return refused('is not an absolute URL', 'Write it like `https://hooks.example.com/tidings`.')
  const { problem, fix } = schemeFault(url, rules) ?? partFault(url) ?? placeFault(url, rules) ?? {}
  return problem === undefined || fix === undefined ? { kind: 'url', url } : refused(problem, fix)
}

/** A name without the full stop it may end in; an address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

/** `localhost` and what ends in it is this machine, whatever a name server says. Source: RFC 6761 §6.3. */
export function isLocalName(host: string): boolean {
  return /(^|\.)localhost$/i.test(host)
}

interface Fault {
  readonly problem: string
  readonly fix: string
}

function refused(problem: string, fix: string): WebhookUrl {
  return { kind: 'refused', problem, fix }
}

/** The standard's parser drops line ends and turns backslashes round; such an address is no honest one. */
function parse(text: string): URL | null {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  if (text.length > MAX_LENGTH || /[\u0000-\u0020\u007f\\]/.test(text)) return null
  const url = readUrl(text)
  return (url?.href.length ?? 0) > MAX_LENGTH ? null : url
}

function schemeFault(url: URL, { allowHttp }: WebhookUrlRules): Fault | null {
  if (url.protocol === 'https:' || (url.protocol === 'http:' && allowHttp)) return null
  if (url.protocol !== 'http:') return { problem: 'is neither https nor http', fix: 'Use an https address.' }
  return { problem: 'is not https', fix: 'Use https, or start Tidings with WEBHOOKS_ALLOW_HTTP=on.' }
}

function partFault(url: URL): Fault | null {
  if (url.username !== '' || url.password !== '') {
    return {
      problem: 'holds a name or a password',
      fix: 'Leave out what stands before the @; the signature tells who calls.',
    }
  }
  const port = Number(url.port === '' ? 443 : url.port)
  if (WEB_PORTS.has(port) || (port >= FIRST_FREE_PORT && !OTHER_PROTOCOLS.has(port))) return null
  return { problem: `leads to port ${port}, which is not a web server's`, fix: 'Use 443, 80, or a port from 1024 on.' }
}

function placeFault(url: URL, { allowedPrivate }: WebhookUrlRules): Fault | null {
  const host = hostOf(url)
  const allowed = (ip: string): boolean => isAllowedAddress(ip, allowedPrivate)
  // A machine may give its own name either address, or both; one that is not allowed spoils the other.
  if (isLocalName(host)) return allowed('127.0.0.1') && allowed('::1') ? null : notPublic('127.0.0.1,::1')
  const isAddress = host.includes(':') || /^[\d.]+$/.test(host)
  return !isAddress || allowed(host) ? null : notPublic(host)
}

function notPublic(ip: string): Fault {
  return {
    problem: 'leads to an address that is not public',
    fix: `Use a public address, or start Tidings with WEBHOOKS_ALLOW_PRIVATE=${ip}.`,
  }
}
