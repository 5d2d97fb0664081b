// Forked by bench/rows/fcm-faults.mjs: sends so many messages by one client until it says of each that FCM took it, and tells what that took.
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { tokenOf } from '../fcm-messages.mjs'
import { CLIENTS } from './fcm-clients.mjs'

/** What is not taken by then is given up. */
const PATIENCE_MS = 60_000
/** Where the client does not know how long. */
const WAIT_MS = 1_000
/** To open connections and fetch an access token; the look-alike does not count those. */
const FIRST = 500

process.once('message', ({ name, server, count, limits }) => {
  void run(name, server, count, limits).then((result) => {
    process.send(result)
    process.disconnect()
    process.exit(0)
  })
})

async function run(name, server, count, limits) {
  const client = await CLIENTS[name](server, limits)
  await client.send(
    Array.from({ length: FIRST }, (_, index) => `first-${tokenOf(index)}`),
    () => undefined,
  )
  const [cpu, began] = [process.cpuUsage(), performance.now()]
  const told = await sendAll(client, count)
  const seconds = (performance.now() - began) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  await client.close()
  return { ...told, stuck: client.stuck(), seconds, cpuSeconds: (user + system) / 1e6 }
}

/** What all three are given alike: whatever was not taken is tried again, after the longest wait that was told of. */
async function sendAll(client, count) {
  let pending = Array.from({ length: count }, (_, index) => tokenOf(index))
  let [failedFirst, accepted] = [0, 0]
  const uncertain = new Set()
  const began = performance.now()
  for (let tries = 0; pending.length > 0 && performance.now() - began < PATIENCE_MS; tries += 1) {
    const next = []
    let waitMs = 0
    await client.send(pending, (token, outcome) => {
      if (outcome === null) {
        accepted += 1
        return
      }
      next.push(token)
      waitMs = Math.max(waitMs, outcome.waitMs ?? WAIT_MS)
      if (outcome.uncertain) uncertain.add(Number(token.split(':', 1)[0]))
    })
    if (tries === 0) failedFirst = next.length
    pending = next
    if (next.length > 0) await delay(waitMs)
  }
  return { accepted, failedFirst, givenUp: pending.length, uncertain: [...uncertain] }
}
