import { startProgram } from './program.mjs'

const QUEUE = 'send'
const CONCURRENCY = 500

/** Redis keeps what it has in a file that it brings to disk once a second, which is its own default for that. */
const LASTING = ['--appendonly', 'yes', '--save', '']

/** Null: redis-server is not installed. */
export async function open({ directory, history }) {
  const redis = await startProgram('redis-server', (port) => [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', directory],
    ...LASTING,
  ])
  if (redis === null) return null
  const { Queue, Worker } = await import('bullmq')
  const connection = { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null }
  const queue = new Queue(QUEUE, { connection })
  const worker = new Worker(QUEUE, async ({ data }) => void (await history.sent(data.id)), {
    connection,
    concurrency: CONCURRENCY,
  })
  const opts = { removeOnComplete: true }
  return {
    enqueue: (messages) => queue.addBulk(messages.map((data) => ({ name: QUEUE, data, opts }))),
    async left() {
      const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized')
      return Object.values(counts).reduce((sum, count) => sum + count, 0)
    },
    async close() {
      await worker.close()
      await queue.close()
      await redis.stop()
    },
  }
}

open.missing = 'redis-server is not installed'
