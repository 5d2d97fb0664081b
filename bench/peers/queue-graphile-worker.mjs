import pg from 'pg'

/** Jobs at once, and jobs that are fetched at once: its own words for many quick jobs (worker.graphile.org/docs/performance). */
const CONCURRENT_JOBS = 200
const LOCAL_QUEUE = 1_000
const CONNECTIONS = 10
const TASK = 'send'

export async function open({ url, history }) {
  const { Logger, makeWorkerUtils, run } = await import('graphile-worker')
  const logger = new Logger(() => () => undefined)
  const utils = await makeWorkerUtils({ connectionString: url, logger })
  await utils.migrate()
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS })
  // Its server ends before the last of its connections does.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const runner = await run({
    pgPool: pool,
    noHandleSignals: true,
    taskList: { [TASK]: async ({ id }) => void (await history.sent(id)) },
    preset: {
      worker: {
        logger,
        concurrentJobs: CONCURRENT_JOBS,
        maxPoolSize: CONNECTIONS,
        localQueue: { size: LOCAL_QUEUE },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
  })
  return {
    enqueue: (messages) => utils.addJobs(messages.map((payload) => ({ identifier: TASK, payload }))),
    async left() {
      const { rows } = await history.pool.query('select count(*)::integer as left from graphile_worker._private_jobs')
      return rows[0].left
    },
    async close() {
      await runner.stop()
      await utils.release()
      await pool.end()
    },
  }
}
