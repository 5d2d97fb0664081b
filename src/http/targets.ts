import { setImmediate as nextTurn } from 'node:timers/promises'
import { LONGEST_TARGET, MOST_TARGETS, type TokensRequestShape } from '../contract/notifications.ts'
import type { FaultDetail, TidingsError } from '../domain/errors.ts'
import { joinPath, MOST_FAULTS, refuse } from './faults.ts'
import { stringProblem } from './json.ts'
import type { LongLists } from './large-json.ts'
import { SEND_BYTES } from './limits.ts'

/** Members looked at in one turn of the event loop: about a millisecond. */
const BLOCK = 2_000

/** The lists of targets in a large body. */
export const TARGET_LISTS: LongLists = {
  names: new Set(['tokens', 'fids']),
  objects: false,
  mostMembers: MOST_TARGETS,
  mostOtherBytes: SEND_BYTES,
  tooMany: tooManyTargets,
}

export interface Targets {
  readonly tokens: readonly string[]
  readonly fids: readonly string[]
}

/** The two lists of a call, member by member; throws a TidingsError that names each fault. */
export async function readTargets(body: Pick<TokensRequestShape, 'tokens' | 'fids'>): Promise<Targets> {
  const { tokens = [], fids = [] } = body
  if (tokens.length + fids.length === 0) throw refuse([{ path: 'tokens', message: '`tokens` is missing' }])
  if (tokens.length + fids.length > MOST_TARGETS) throw tooManyTargets()
  return { tokens: await readList(tokens, 'tokens'), fids: await readList(fids, 'fids') }
}

function tooManyTargets(): TidingsError {
  const most = MOST_TARGETS.toLocaleString('en')
  return refuse([{ path: 'tokens', message: `at most ${most} tokens and fids fit into one call: send several` }])
}

async function readList(list: readonly unknown[], name: string): Promise<readonly string[]> {
  const read: string[] = []
  const faults: FaultDetail[] = []
  for (const [index, member] of list.entries()) {
    const problem = memberProblem(member)
    if (typeof member === 'string' && problem === null) read.push(member)
    else faults.push(toFault(joinPath(name, index), problem))
    if (faults.length >= MOST_FAULTS) break
    if (index % BLOCK === BLOCK - 1) await nextTurn()
  }
  if (faults.length > 0) throw refuse(faults)
  return read
}

function memberProblem(member: unknown): string | null {
  if (typeof member !== 'string') return 'must be a string'
  if (member === '') return 'must not be empty'
  if (member.length > LONGEST_TARGET) return `must have at most ${LONGEST_TARGET} characters`
  return stringProblem(member)
}

function toFault(path: string, problem: string | null): FaultDetail {
  return { path, message: `\`${path}\` ${problem ?? 'is not as it must be'}` }
}
