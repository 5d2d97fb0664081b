/** A condition: somebody has paused what this row is. The row's table is known as `row`, and has a provider and a category. */
export function isPausedSql(row: string): string {
  return `exists (select from pauses z where z.provider in ('*', ${row}.provider) and z.category in ('*', ${row}.category))`
}
