import type { Check } from '../contract/health.ts'
import { MOST_COUNTED, type LaneBacklog, type LivingNode } from '../store/nodes/read-condition.ts'
import type { PauseRecord } from '../store/nodes/read-pauses.ts'
import { counted, failing, fine, lasting, warning } from './check.ts'

/** By then another node has taken over what a silent one held. */
const LEASE_SECONDS = 30

/** What is due and not paused leaves within seconds. */
const LATE_SECONDS = 60

/** Pure. */
export function nodesCheck(nodes: readonly LivingNode[]): Check {
  const silent = nodes.filter(({ silentSeconds }) => silentSeconds > LEASE_SECONDS)
  const living = nodes.length - silent.length
  const versions = [...new Set(nodes.map(({ version }) => version))]
  if (living === 0)
    return warning('nodes', {
      what: nodes.length === 0 ? 'No node runs.' : `No node runs; ${named(silent)} did not leave in order.`,
      why: 'Nothing is accepted or sent. What waits is kept.',
      fix: ['npx tidings start'],
      more: 'docs/operations.md#several-nodes',
    })
  if (silent.length > 0)
    return warning('nodes', {
      what: `${counted(living, 'node')} ${living === 1 ? 'runs' : 'run'}, and ${named(silent)} ${silent.length === 1 ? 'is' : 'are'} silent.`,
      why: 'It was killed, or can’t reach the database. The others take what it held.',
      fix: ['See whether it runs, and whether it reaches the database.'],
      more: 'docs/operations.md#several-nodes',
    })
  return fine(
    'nodes',
    `${counted(living, 'node')} ${living === 1 ? 'runs' : 'run'}, of version ${versions.join(' and ')}.`,
  )
}

function named(nodes: readonly LivingNode[]): string {
  return nodes.map(({ id, name, silentSeconds }) => `${id} on ${name} (for ${lasting(silentSeconds)})`).join(', ')
}

/** Pure. */
export function backlogCheck(lanes: readonly LaneBacklog[]): Check {
  const late = lanes.filter(({ paused, oldestSeconds }) => !paused && oldestSeconds > LATE_SECONDS)
  const waiting = lanes.map(laneWords).join('; ')
  if (late.length === 0)
    return fine(
      'backlog',
      lanes.length === 0 ? 'Nothing is due that was not handed over.' : `Due, and on its way: ${waiting}.`,
    )
  return failing('backlog', {
    what: `What is due does not leave: ${late.map(laneWords).join('; ')}.`,
    why: 'The provider does not take it, takes it more slowly than it comes, or no node runs.',
    fix: [
      'See the checks of the provider and of the nodes here.',
      'See the log for attempts, and GET /smss?q=status:queued for what waits.',
    ],
    more: 'docs/operations.md#probes',
  })
}

function laneWords({ lane, due, oldestSeconds, paused }: LaneBacklog): string {
  const count = due >= MOST_COUNTED ? `${MOST_COUNTED.toLocaleString('en')} or more` : due.toLocaleString('en')
  return `${lane} ${count}, the oldest for ${lasting(oldestSeconds)}${paused ? ' (paused)' : ''}`
}

/** Pure. */
export function pausesCheck(pauses: readonly PauseRecord[], now: Date): Check {
  if (pauses.length === 0) return fine('pauses', 'Nothing is paused.')
  const words = pauses.map(({ provider, category, caller, pausedAt }) => {
    const what = [category ?? 'everything', ...(provider === null ? [] : [`through ${provider}`])].join(' ')
    return `${what} (by ${caller}, for ${lasting((now.getTime() - pausedAt.getTime()) / 1_000)})`
  })
  return warning('pauses', {
    what: `Sending is paused: ${words.join('; ')}.`,
    why: 'It is accepted and waits; what waits longer than its ttl expires.',
    fix: ['GET /pauses says why.', 'POST /resume, when it may go on.'],
    more: 'docs/pausing.md',
  })
}
