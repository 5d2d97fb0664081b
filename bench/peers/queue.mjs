// Forked by bench/rows/queue.mjs: one of the queues that are compared, on an embedded Postgres of its own. node bench/peers/queue.mjs NAME
// DIRECTORY [gathered]; then each message `{ messages }` is a round, and none of them the end.
import { performance } from 'node:perf_hooks'
import { openHistory, untilNone } from './queue-history.mjs'

const CHUNK = 1_000
const TIMEOUT_MS = 120_000

const [name, directory, gathered] = process.argv.slice(2)

const { startEmbedded } = await import('../../dist/embedded/postgres.js')
const embedded = await startEmbedded({ dataDir: directory, onRestart: () => undefined })
const history = await openHistory(embedded.url, gathered !== undefined)
const { open } = await import(`./queue-${name}.mjs`)
const peer = await open({ url: embedded.url, directory, history })

process.on('message', ({ messages }) => {
  void (messages === 0 ? close() : round(messages).then((result) => process.send(result)))
})
process.send({ missing: peer === null ? open.missing : null })

/** From the first call that enqueues to the last message that is sent, with its history, and gone from the queue. */
async function round(messages) {
  const began = performance.now()
  for (let from = 0; from < messages; from += CHUNK) {
    const ids = await history.queued(Math.min(CHUNK, messages - from))
    await peer.enqueue(ids.map((id) => ({ id, text: history.text })))
  }
  const enqueued = performance.now()
  await untilNone(() => peer.left(), TIMEOUT_MS)
  const now = performance.now()
  const missing = messages - history.takeSent()
  if (missing !== 0) throw new Error(`${name}: ${missing} messages have no row that says they were sent`)
  return { enqueueSeconds: (enqueued - began) / 1_000, seconds: (now - began) / 1_000 }
}

async function close() {
  await peer?.close()
  await history.close()
  await embedded.stop()
  process.disconnect()
}
