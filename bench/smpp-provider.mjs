import { performance } from 'node:perf_hooks'
import { createSmpp } from '../dist/providers/smpp/provider.js'
import { readSmppUrl } from '../dist/providers/smpp/url.js'

/** Our client with one bind to the SMSC at this port, which it makes at once. Nothing is stored: what comes in is answered and forgotten. */
export function openBenchSmpp({ port, query }) {
  const reading = readSmppUrl(`smpp://bench:bench@127.0.0.1:${port}?binds=1&from=15005550006&${query}`)
  if (!('options' in reading)) throw new Error(reading.problem)
  const log = Object.fromEntries(['debug', 'info', 'warn', 'error'].map((level) => [level, () => undefined]))
  const provider = createSmpp(
    { ...reading.options, name: 'smpp' },
    {
      log,
      monotonic: () => performance.now(),
      chance: () => 0.5,
      after(ms, run) {
        const timer = setTimeout(() => run(), ms)
        return () => clearTimeout(timer)
      },
      takeReceipt: async () => undefined,
      takeInbound: async () => undefined,
      takeUnreadable: async () => undefined,
    },
  )
  provider.binds.hold([0])
  return provider
}
