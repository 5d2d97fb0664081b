// Forked by bench/rows/fcm.mjs: sends so many messages by one of the ways that are compared, and tells what that took.
import { performance } from 'node:perf_hooks'
import { tokens } from '../fcm-messages.mjs'
import { CLIENTS } from './fcm-clients.mjs'

process.once('message', ({ name, server, count, limits }) => {
  void run(name, server, count, limits).then((result) => {
    process.send(result)
    process.disconnect()
    process.exit(0)
  })
})

async function run(name, server, count, limits) {
  const client = await CLIENTS[name](server, limits)
  // A first one, so that connections and tokens are there.
  await client.send(tokens(limits.first, 0), () => undefined)
  let accepted = 0
  const [cpu, began] = [process.cpuUsage(), performance.now()]
  await client.send(tokens(count, limits.first), (_, outcome) => (accepted += Number(outcome === null)))
  const seconds = (performance.now() - began) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  await client.close()
  return {
    accepted,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakMb: (process.resourceUsage().maxRSS * 1_024) / 1e6,
  }
}
