import { setTimeout as delay } from 'node:timers/promises'
import { openDatabase } from './database.mjs'

const PAUSE_TIMEOUT_MS = 10_000
const DRAIN_TIMEOUT_MS = 120_000
const LOOK_MS = 100

/**
 * A server whose sending is paused in its rounds: `begin` resolves when it knows so, `end` when it has gone on and nothing waits any more; it throws where
 * anything was settled in between. `close` it before the server stops.
 */
export async function openPausing({ url, dataDir, key }) {
  const database = await openDatabase(dataDir)
  const call = async (path) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` }
    const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: '{}' })
    if (!answer.ok) throw new Error(`${path} answered ${answer.status} ${await answer.text()}`)
  }
  let settled = 0
  return {
    async begin() {
      await call('/pause')
      await until(() => isPaused(url), PAUSE_TIMEOUT_MS, 'sending was not paused')
      settled = await database.mark()
    },
    async end() {
      const more = (await database.countSettled()) - settled
      if (more > 0) throw new Error(`${more} messages were settled while sending was paused`)
      await call('/resume')
      await until(async () => !(await database.anyWaits()), DRAIN_TIMEOUT_MS, 'messages still wait')
    },
    close: () => database.close(),
  }
}

async function isPaused(url) {
  const { warnings } = await (await fetch(`${url}/readyz`)).json()
  return warnings.some(({ name }) => name === 'paused')
}

async function until(isSo, timeoutMs, problem) {
  const deadline = performance.now() + timeoutMs
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`${problem} within ${timeoutMs / 1000} s`)
    await delay(LOOK_MS)
  }
}
