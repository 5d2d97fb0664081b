/** The variables of Postgres's own programs. Source: the PostgreSQL manual, “Environment Variables” of libpq. */
export function urlFromParts(given: (name: string) => string | null): string | null {
  const host = given('PGHOST')
  if (host === null) return null
  const user = given('PGUSER') ?? given('USER') ?? 'postgres'
  const password = given('PGPASSWORD')
  const login = encodeURIComponent(user) + (password === null ? '' : `:${encodeURIComponent(password)}`)
  const place = host.includes(':') ? `[${host}]` : encodeURIComponent(host)
  const database = encodeURIComponent(given('PGDATABASE') ?? user)
  const mode = given('PGSSLMODE')
  return `postgres://${login}@${place}:${given('PGPORT') ?? '5432'}/${database}${mode === null ? '' : `?sslmode=${encodeURIComponent(mode)}`}`
}
