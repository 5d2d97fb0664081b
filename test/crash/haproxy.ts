import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, startCommand } from '../support/program.ts'
import { until } from '../support/until.ts'

/** A balancer that keeps connections on both sides open, and asks each node every 500 ms whether it is ready. */
export interface Balancer {
  readonly url: string
  /** How many nodes it leads calls to. */
  countUp(): Promise<number>
  stop(): Promise<void>
}

/** Why there is none on this machine; null: there is. */
export function lacksHaproxy(): string | null {
  try {
    execFileSync('haproxy', ['-v'], { stdio: 'ignore' })
    return null
  } catch {
    return 'there is no haproxy (apt-get install haproxy)'
  }
}

/** In front of these nodes; its files are in `directory`. Resolves when it has found one that is ready. */
export async function startHaproxy(urls: readonly string[], directory: string): Promise<Balancer> {
  const [port, statsPort] = [await freePort(), await freePort()]
  const file = join(directory, 'haproxy.cfg')
  writeFileSync(file, configuration(urls, port, statsPort))
  const log = join(directory, 'haproxy.log')
  const program = startCommand(['haproxy', '-db', '-f', file], {
    cwd: directory,
    env: { PATH: process.env['PATH'] },
    log,
  })
  const url = `http://127.0.0.1:${port}`
  const countUp = (): Promise<number> => readUp(`http://127.0.0.1:${statsPort}/;csv`)
  await until(async () => (await countUp()) === urls.length && (await fetch(`${url}/readyz`)).ok, 30_000, 100)
  return { url, countUp, stop: () => program.kill() }
}

/** Its statistics, a line a server: `nodes,node-0,…,UP,…`. */
async function readUp(url: string): Promise<number> {
  const answer = await fetch(url).catch(() => null)
  const lines = (await answer?.text())?.split('\n') ?? []
  return lines.filter((line) => /^nodes,node-\d+,.*,UP,/.test(line)).length
}

/** As docs/operations.md asks for: `/readyz` as the check, idle connections closed before the nodes do it. A call is never sent twice. */
function configuration(urls: readonly string[], port: number, statsPort: number): string {
  const servers = urls.map(
    (url, index) => `  server node-${index} ${new URL(url).host} check inter 500ms fall 3 rise 2`,
  )
  return `global
  maxconn 2000
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout http-keep-alive 60s
  timeout check 2s
frontend calls
  bind 127.0.0.1:${port}
  default_backend nodes
frontend statistics
  bind 127.0.0.1:${statsPort}
  stats enable
  stats uri /
backend nodes
  balance roundrobin
  option httpchk GET /readyz
  http-check expect status 200
  http-reuse always
  option redispatch
${servers.join('\n')}
`
}
