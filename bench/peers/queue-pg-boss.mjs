const QUEUE = 'send'
/** Workers, and jobs that each fetches at once. A worker is told to look again as soon as there are new ones or it has done some, not after half a second. */
const WORKERS = 4
const BATCH = 500

export async function open({ url, history }) {
  const { default: PgBoss } = await import('pg-boss')
  const boss = new PgBoss({ connectionString: url, max: 10 })
  boss.on('error', (error) => console.error(`pg-boss: ${error.message}`))
  await boss.start()
  await boss.createQueue(QUEUE)
  const workers = []
  const options = { batchSize: BATCH, pollingIntervalSeconds: 0.5 }
  for (let number = 0; number < WORKERS; number += 1) {
    const worker = await boss.work(QUEUE, options, async (jobs) => {
      await history.sentAll(jobs.map(({ data }) => data.id))
      boss.notifyWorker(worker)
    })
    workers.push(worker)
  }
  return {
    async enqueue(messages) {
      await boss.insert(messages.map((data) => ({ name: QUEUE, data })))
      for (const worker of workers) boss.notifyWorker(worker)
    },
    async left() {
      const { rows } = await history.pool.query(
        `select count(*)::integer as left from pgboss.job where name = $1 and state < 'completed'`,
        [QUEUE],
      )
      return rows[0].left
    },
    close: () => boss.stop({ graceful: true, wait: true }),
  }
}
