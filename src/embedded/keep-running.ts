import { setTimeout as delay } from 'node:timers/promises'
import { startServer, stopLeftOver, type RunningServer, type ServerOptions } from './server.ts'

/** Waits before the first, second, … try to start it again, in milliseconds; the last one repeats. */
const WAITS_MS = [0, 100, 500, 2_000, 5_000]

/** Starts a Postgres again, on the same port, whenever it ends without having been told to. */
export function keepRunning(
  first: RunningServer,
  options: ServerOptions,
  onRestart: (line: string) => void,
): { stop(): Promise<void> } {
  const stopping = new AbortController()
  let current = first

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      await current.ended
      if (!stopping.signal.aborted) await startAgain()
    }
  }

  async function startAgain(): Promise<void> {
    for (let round = 0; !stopping.signal.aborted; round += 1) {
      await delay(WAITS_MS[Math.min(round, WAITS_MS.length - 1)], undefined, { ref: false })
      try {
        await stopLeftOver(options)
        current = await startServer(options, [first.port])
        return onRestart('The embedded Postgres had ended; it was started again.')
      } catch (error) {
        onRestart(`The embedded Postgres ended and does not start again yet: ${String(error)}`)
      }
    }
  }

  const watching = watch()
  return {
    async stop() {
      stopping.abort()
      await current.stop()
      await watching
      // One that was being started when the stop came.
      await current.stop()
    },
  }
}
