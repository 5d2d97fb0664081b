import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeCertificate } from '../../src/fakes/certificate.ts'
import { requestAgain } from '../../src/http2/resend.ts'
import { freePort, startCommand } from '../support/program.ts'
import { until } from '../support/until.ts'
import { after, HEADERS, NEVER, pool, post, range } from './peer.ts'

interface Files {
  readonly folder: string
  readonly key: string
  readonly cert: string
}

interface Judge {
  readonly name: string
  readonly package: string
  command(port: number, files: Files): readonly string[]
  /** What it answers to a body. */
  answer(body: string): string
}

const ECHO = 'Proc.new { |env| [200, {"content-type" => "text/plain"}, [env["rack.input"].read]] }'

const JUDGES: readonly Judge[] = [
  {
    name: 'nghttpd',
    package: 'nghttp2-server',
    command: (port, { key, cert }) => ['nghttpd', '--echo-upload', '-a', '127.0.0.1', String(port), key, cert],
    answer: (body) => body,
  },
  {
    name: 'h2o',
    package: 'h2o',
    command: (port, files) => ['h2o', '-m', 'worker', '-c', written(files, 'h2o.conf', h2oConfig(port, files))],
    answer: (body) => body,
  },
  {
    // It says GOAWAY after each hundred requests.
    name: 'nginx',
    package: 'nginx-light',
    command: (port, files) => ['nginx', '-c', written(files, 'nginx.conf', nginxConfig(port, files))],
    answer: () => 'taken',
  },
]

test.each(JUDGES.filter(isThere))('$name answers every request, of whatever size, once', async (judge) => {
  const folder = mkdtempSync(join(tmpdir(), 'http2-'))
  after(() => rmSync(folder, { recursive: true }))
  const { key, cert } = makeCertificate(['127.0.0.1'], new Date())
  chmodSync(folder, 0o755)
  const files = { folder, key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') }
  writeFileSync(files.key, key)
  writeFileSync(files.cert, cert)
  const port = await freePort()
  const program = startCommand(judge.command(port, files), { cwd: folder, env: process.env, log: join(folder, 'log') })
  after(() => program.kill())
  const client = pool(`https://127.0.0.1:${port}`, { ca: cert, sessions: 2 })
  await until(async () => {
    if (program.exitCode() !== null) throw new Error(`${judge.name} ended: ${program.output()}`)
    return (await post(client, 'x')).kind === 'answer'
  })
  const bodies = range(1_500).map((index) => `${index} `.padEnd(index % 50 === 0 ? 60_000 : 300, 'text '))
  const results = await Promise.all(
    bodies.map((body, index) => requestAgain(client, { path: `/${index % 7}`, headers: HEADERS, body }, NEVER, 3)),
  )
  expect(results.map((result) => (result.kind === 'answer' ? [result.status, result.body] : result))).toEqual(
    bodies.map((body) => [200, judge.answer(body)]),
  )
})

function isThere({ name, package: from }: Judge): boolean {
  if (spawnSync('sh', ['-c', `command -v ${name}`]).status === 0) return true
  if (process.env['REQUIRE_ALL'] === '1') throw new Error(`${name} is missing`)
  process.stdout.write(`skipped: needs ${name} (Debian has it in its package ${from})\n`)
  return false
}

function written({ folder }: Files, name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

function h2oConfig(port: number, { key, cert }: Files): string {
  return `num-threads: 1
listen: {host: 127.0.0.1, port: ${port}, ssl: {key-file: ${key}, certificate-file: ${cert}}}
hosts:
  default:
    paths:
      /:
        mruby.handler: '${ECHO}'
`
}

function nginxConfig(port: number, { folder, key, cert }: Files): string {
  return `daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log stderr;
events {}
http {
  access_log off;
  keepalive_requests 100;
  client_body_temp_path ${folder};
  server {
    listen 127.0.0.1:${port} ssl http2;
    ssl_certificate ${cert};
    ssl_certificate_key ${key};
    location / { return 200 taken; }
  }
}
`
}
