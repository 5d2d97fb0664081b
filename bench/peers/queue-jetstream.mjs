import { startProgram } from './program.mjs'

const STREAM = 'SENDING'
const SUBJECT = 'send'
/** Messages that are fetched, and not acknowledged yet. */
const PENDING = 2_000

/** Null: nats-server is not installed. */
export async function open({ directory, history }) {
  const server = await startProgram('nats-server', (port) => [
    ...['--port', String(port), '--addr', '127.0.0.1', '--jetstream', '--store_dir', directory],
  ])
  if (server === null) return null
  const { AckPolicy, JSONCodec, RetentionPolicy, StorageType, connect } = await import('nats')
  const link = await connect({ port: server.port, noAsyncTraces: true })
  const codec = JSONCodec()
  const manager = await link.jetstreamManager()
  const kept = { retention: RetentionPolicy.Workqueue, storage: StorageType.File }
  await manager.streams.add({ name: STREAM, subjects: [SUBJECT], ...kept })
  await manager.consumers.add(STREAM, {
    durable_name: SUBJECT,
    ack_policy: AckPolicy.Explicit,
    max_ack_pending: PENDING,
  })
  const stream = link.jetstream()
  const consumer = await stream.consumers.get(STREAM, SUBJECT)
  const messages = await consumer.consume({
    max_messages: PENDING,
    callback: (message) => void history.sent(codec.decode(message.data).id).then(() => message.ack()),
  })
  return {
    enqueue: (list) => Promise.all(list.map((one) => stream.publish(SUBJECT, codec.encode(one)))),
    async left() {
      const { state } = await manager.streams.info(STREAM)
      return state.messages
    },
    async close() {
      await messages.close()
      await link.drain()
      await server.stop()
    },
  }
}

open.missing = 'nats-server is not installed'
