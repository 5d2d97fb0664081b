/** Beside a Tidings that runs with its embedded Postgres in `dataDir`: what its tables say. */
export async function openDatabase(dataDir) {
  const { default: pg } = await import('pg')
  const { runningUrl } = await import('../dist/embedded/postgres.js')
  const pool = new pg.Pool({ connectionString: runningUrl(dataDir), max: 1 })
  // Postgres ends before it may have.
  pool.on('error', () => undefined)
  let [counted, upTo] = [0, 0]
  return {
    /** SMS that were ever settled: the row of an attempt and the message's last status are one transaction. */
    async countSettled() {
      const text = 'select count(*)::integer as count from attempts where message_id > $1'
      const { rows } = await pool.query({ name: 'settled', text, values: [upTo] })
      return counted + rows[0].count
    },
    /** The same, where all are settled: from then on only those that come after are looked at. */
    async mark() {
      const text =
        'select count(*)::integer as count, coalesce(max(message_id), $1) as last from attempts where message_id > $1'
      const { rows } = await pool.query({ name: 'mark', text, values: [upTo] })
      counted += rows[0].count
      upTo = rows[0].last
      return counted
    },
    /** Whether anything waits to be handed over that no node holds. */
    async anyWaits() {
      const { rows } = await pool.query({ name: 'waits', text: 'select exists (select from due) as waits' })
      return rows[0].waits
    },
    close: () => pool.end(),
  }
}
