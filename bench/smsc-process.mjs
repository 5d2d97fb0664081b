import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** bench/smsc.mjs in a process of its own. Any name and password binds. */
export async function startSmsc() {
  const child = fork(fileURLToPath(new URL('smsc.mjs', import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [{ port, sinkPort }] = await once(child, 'message')
  const ask = async (wish) => {
    const answered = once(child, 'message')
    child.send(wish)
    return (await answered)[0]
  }
  return {
    port,
    /** Of its HTTP server. */
    sinkPort,
    pid: child.pid,
    /** Counts from zero again. */
    begin: (receipts) => ask({ receipts }),
    /** What it took since; times are milliseconds since 1970. */
    count: () => ask({ ask: 'count' }),
    async stop() {
      if (child.exitCode !== null) return
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}
