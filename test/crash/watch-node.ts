import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { Agent, request } from 'undici'
import type { ClusterNode } from './cluster.ts'

/** What a node showed while it was looked at. */
export interface Watched {
  /** Of each question whether it lives, in milliseconds. */
  readonly livezMs: readonly number[]
  /** Questions that were not answered with 200. */
  readonly livezBad: number
  /** The most memory it had beyond what it had at first, in bytes. */
  readonly grownBytes: number
}

export interface NodeWatch {
  stop(): Promise<Watched>
}

const EVERY_MS = 200
const ANSWER_MS = 5_000

/** Asks `/livez` five times a second, and looks at its memory (Linux). The node must be up, and stay so. */
export function watchNode(node: ClusterNode): NodeWatch {
  const agent = new Agent({ headersTimeout: ANSWER_MS, connect: { timeout: ANSWER_MS } })
  const first = memoryOf(node)
  const livezMs: number[] = []
  let [livezBad, most, stopped] = [0, first, false]
  async function watch(): Promise<void> {
    while (!stopped) {
      const began = performance.now()
      if (!(await isAlive(agent, node.url))) livezBad += 1
      livezMs.push(performance.now() - began)
      most = Math.max(most, memoryOf(node))
      await delay(EVERY_MS)
    }
  }
  const watching = watch()
  return {
    async stop() {
      stopped = true
      await watching
      await agent.destroy()
      return { livezMs, livezBad, grownBytes: most - first }
    },
  }
}

async function isAlive(agent: Agent, url: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(`${url}/livez`, { dispatcher: agent })
    await body.dump()
    return statusCode === 200
  } catch {
    return false
  }
}

/** Resident, in bytes; 0 where the system doesn't tell. Source: proc(5), /proc/pid/status. */
function memoryOf(node: ClusterNode): number {
  try {
    const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${node.pid()}/status`, 'utf8'))
    return Number(found?.[1] ?? 0) * 1_024
  } catch {
    return 0
  }
}
