import { isUtf8 } from 'node:buffer'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { TidingsError } from '../domain/errors.ts'
import {
  BACKSLASH,
  checkValue,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DEEPEST,
  OPEN_BRACE,
  OPEN_BRACKET,
  parse,
  readMembers,
  QUOTE,
  tooDeep,
} from './json.ts'

export interface LongLists {
  /** Top-level fields whose lists may be long. */
  readonly names: ReadonlySet<string>
  /** Their members are objects, which are looked through; else strings, or refused later. */
  readonly objects: boolean
  /** Members of all of them together. */
  readonly mostMembers: number
  /** Bytes of everything else. */
  readonly mostOtherBytes: number
  /** Thrown when there are too many members. */
  readonly tooMany: () => Error
}

/** Bytes read, and parsed, in one turn of the event loop: about a millisecond. */
const BLOCK_BYTES = 64 * 1024

/**
 * Reads a JSON object with long lists in it without holding up anybody: the bytes are walked once, each long list is cut into
 * blocks, and each block is parsed in a turn of its own. What is left, with empty lists in it, is an ordinary small body.
 */
export async function readLargeJson(body: Buffer, lists: LongLists): Promise<unknown> {
  if (!isUtf8(body)) throw new TidingsError('invalid_json', 'The body is not UTF-8')
  const walk = startWalk(body, lists)
  while (walk.at < body.length) {
    walkBlock(walk, Math.min(walk.at + BLOCK_BYTES, body.length))
    await nextTurn()
  }
  return finish(walk)
}

interface Walk {
  readonly body: Buffer
  readonly lists: LongLists
  at: number
  depth: number
  /** The string read last at depth 1, as JSON: where a colon follows, a field's name. */
  lastString: Buffer
  name: Buffer
  names: number
  /** What lies outside the long lists. */
  readonly other: Buffer[]
  otherBytes: number
  /** Up to here the bytes are in `other` or in a list. */
  taken: number
  /** The long list being read. */
  list: LongList | null
  readonly found: Map<string, unknown[]>
  members: number
}

interface LongList {
  readonly name: string
  readonly members: unknown[]
  commas: number
}

function startWalk(body: Buffer, lists: LongLists): Walk {
  const none = Buffer.alloc(0)
  const counts = { at: 0, depth: 0, names: 0, otherBytes: 0, taken: 0, members: 0 }
  return { ...counts, body, lists, lastString: none, name: none, other: [], list: null, found: new Map() }
}

/** Walks to `end`, or a string's length further. */
function walkBlock(walk: Walk, end: number): void {
  while (walk.at < end) {
    const byte = walk.body[walk.at]
    if (byte === QUOTE) passString(walk)
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) open(walk, byte)
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) close(walk)
    else if (byte === COMMA) passComma(walk)
    else if (byte === COLON) passColon(walk)
    walk.at += 1
  }
}

function passString(walk: Walk): void {
  const from = walk.at
  let quote = walk.body.indexOf(QUOTE, from + 1)
  while (quote !== -1 && quote - from <= BLOCK_BYTES && isEscaped(walk.body, quote, from)) {
    quote = walk.body.indexOf(QUOTE, quote + 1)
  }
  if (quote === -1) throw new TidingsError('invalid_json', 'The body is not JSON: a string has no end')
  if (quote - from > BLOCK_BYTES)
    throw new TidingsError('body_too_large', `A single text may take ${BLOCK_BYTES} bytes`)
  if (walk.depth === 1) walk.lastString = walk.body.subarray(from, quote + 1)
  walk.at = quote
}

function isEscaped(body: Buffer, quote: number, from: number): boolean {
  let at = quote - 1
  while (at > from && body[at] === BACKSLASH) at -= 1
  return (quote - at) % 2 === 0
}

function open(walk: Walk, byte: number): void {
  walk.depth += 1
  if (walk.depth > DEEPEST) throw tooDeep()
  if (byte !== OPEN_BRACKET || walk.depth !== 2 || walk.list !== null) return
  const name = fieldName(walk)
  if (!walk.lists.names.has(name) || walk.found.has(name)) return
  setAside(walk, walk.at + 1)
  walk.list = { name, members: [], commas: 0 }
}

/** A name may be written with escapes; only JSON.parse knows what it says. */
function fieldName(walk: Walk): string {
  return walk.name.length < 2 ? '' : String(parse(walk.name.toString()))
}

function close(walk: Walk): void {
  if (walk.list !== null && walk.depth === 2) {
    takeBlock(walk, walk.list)
    walk.found.set(walk.list.name, walk.list.members)
    walk.list = null
  }
  walk.depth -= 1
}

function passComma(walk: Walk): void {
  if (walk.list === null || walk.depth !== 2) return
  walk.list.commas += 1
  walk.members += 1
  if (walk.members >= walk.lists.mostMembers) throw walk.lists.tooMany()
  if (walk.at - walk.taken >= BLOCK_BYTES) {
    takeBlock(walk, walk.list)
    walk.taken = walk.at + 1
  }
}

function passColon(walk: Walk): void {
  if (walk.list === null) walk.names += 1
  if (walk.depth === 1) walk.name = walk.lastString
}

/** Parses the members up to here. */
function takeBlock(walk: Walk, list: LongList): void {
  const text = `[${walk.body.toString('utf8', walk.taken, walk.at)}]`
  const block = walk.lists.objects ? readMembers(text, list.name, list.members.length) : parse(text)
  if (!Array.isArray(block)) return
  const cut = list.members.length > 0 || walk.body[walk.at] === COMMA
  // `["a",]`, cut at its comma, would otherwise pass.
  if (cut && block.length === 0) throw new TidingsError('invalid_json', 'The body is not JSON: a list has a gap')
  for (const member of block) list.members.push(member)
  walk.taken = walk.at
}

function setAside(walk: Walk, end: number): void {
  walk.otherBytes += end - walk.taken
  if (walk.otherBytes > walk.lists.mostOtherBytes) {
    throw new TidingsError(
      'body_too_large',
      `Everything beside the long lists may take ${walk.lists.mostOtherBytes} bytes`,
    )
  }
  walk.other.push(walk.body.subarray(walk.taken, end))
  walk.taken = end
}

function finish(walk: Walk): unknown {
  if (walk.list !== null) throw new TidingsError('invalid_json', 'The body is not JSON: a list has no end')
  setAside(walk, walk.body.length)
  const text = Buffer.concat(walk.other).toString()
  const value = parse(text)
  checkValue(value, walk.names, text.includes('\\u'))
  if (typeof value !== 'object' || value === null) return value
  for (const [name, members] of walk.found) Reflect.set(value, name, members)
  return value
}
