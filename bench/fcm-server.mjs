import { execFile, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import http2 from 'node:http2'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

export const PROJECT = 'bench'
/** As Google's have about. */
const ACCESS_TOKEN_CHARACTERS = 1_024
const START_TIMEOUT_MS = 10_000
/** What FCM's front end grants, too. */
const STREAMS = 100

/** Answers as FCM does where it takes a message: TLS and HTTP/2 by h2o, a program that none of those measured brings. Null: it is not installed. */
export async function startFcmServer() {
  const found = await promisify(execFile)('h2o', ['--version']).then(
    () => true,
    ({ code }) => code !== 'ENOENT',
  )
  if (!found) return null
  const folder = mkdtempSync(join(tmpdir(), 'bench-fcm-'))
  chmodSync(folder, 0o755)
  const tokens = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({ access_token: 'x'.repeat(ACCESS_TOKEN_CHARACTERS), expires_in: 3_600, token_type: 'Bearer' }),
    )
  })
  tokens.listen(0, '127.0.0.1')
  await once(tokens, 'listening')
  const port = await freePort()
  const { makeCertificate } = await import('../dist/fakes/certificate.js')
  const { key, cert } = makeCertificate(['127.0.0.1', 'localhost', 'fcm.googleapis.com'], new Date())
  const files = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem'), config: join(folder, 'h2o.conf') }
  writeFileSync(files.key, key, { mode: 0o644 })
  writeFileSync(files.cert, cert)
  writeFileSync(files.config, h2oConfig(port, files))
  const child = spawn('h2o', ['-m', 'worker', '-c', files.config], { stdio: ['ignore', 'ignore', 'ignore'] })
  const origin = `https://127.0.0.1:${port}`
  await untilUp(origin, cert)
  return {
    origin,
    ca: cert,
    caFile: files.cert,
    account: accountOf(`http://127.0.0.1:${tokens.address().port}/token`),
    pid: child.pid,
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      tokens.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function h2oConfig(port, { key, cert }) {
  return `num-threads: 1
http2-max-concurrent-requests-per-connection: ${STREAMS}
listen:
  host: 127.0.0.1
  port: ${port}
  ssl:
    key-file: ${key}
    certificate-file: ${cert}
hosts:
  default:
    paths:
      /:
        mruby.handler: |
          Proc.new do |env|
            [200, {"content-type" => "application/json; charset=UTF-8"}, ["{\\n  \\"name\\": \\"projects/${PROJECT}/messages/0:1500415314455276%31bd1c9631bd1c96\\"\\n}\\n"]]
          end
`
}

/** A service account with a key of its own, whose access tokens are given out there. */
export function accountOf(tokenUri) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  return {
    type: 'service_account',
    project_id: PROJECT,
    private_key_id: 'bench',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    client_email: `bench@${PROJECT}.iam.gserviceaccount.com`,
    token_uri: tokenUri,
  }
}

async function untilUp(origin, ca) {
  const deadline = performance.now() + START_TIMEOUT_MS
  while (performance.now() < deadline) {
    const session = http2.connect(origin, { ca })
    const up = await Promise.race([
      once(session, 'remoteSettings').then(() => true),
      new Promise((resolve) => session.once('error', () => resolve(false))),
    ]).catch(() => false)
    session.destroy()
    if (up) return
    await delay(50)
  }
  throw new Error('h2o did not start')
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  return port
}
