import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { accountOf } from './fcm-server.mjs'

/** bench/fcm-look-alike.mjs in a process of its own: what it tells of the clients, they can't know. */
export async function startFcmLookAlike() {
  const child = fork(fileURLToPath(new URL('fcm-look-alike.mjs', import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [{ port, tokenPort, ca }] = await once(child, 'message')
  const folder = mkdtempSync(join(tmpdir(), 'bench-fcm-'))
  const caFile = join(folder, 'cert.pem')
  writeFileSync(caFile, ca)
  const ask = async (wish) => {
    const answered = once(child, 'message')
    child.send(wish)
    return (await answered)[0]
  }
  return {
    origin: `https://127.0.0.1:${port}`,
    ca,
    caFile,
    account: accountOf(`http://127.0.0.1:${tokenPort}/token`),
    pid: child.pid,
    /** Counts from zero again. `every` so many requests a fault, `times` at most; answers come after `answerMs`. */
    begin: ({ answerMs = 0, fault = null, every = 0, times = 0 }) => ask({ plan: { answerMs, fault, every, times } }),
    /** What it took since. `doubled`: the indices of messages that it took more than once; `copies`: how often beyond the first. */
    count: () => ask({ ask: 'count' }),
    async stop() {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
