import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const START_TIMEOUT_MS = 30_000
const STOP_TIMEOUT_MS = 30_000

/**
 * Tidings as `npm start` runs it, in capture mode unless `more` of its configuration names a provider, with a fresh embedded Postgres on the disk of this checkout (a directory for
 * temporary files may be memory, where fsync costs nothing). Nothing of the caller's configuration reaches it.
 */
export async function startTidings(more = {}) {
  const directory = newDirectory()
  const dataDir = join(directory, 'data')
  const settings = { DATA_DIR: dataDir, SMS_RATE_LIMIT_PER_MINUTE: '0', LOG_LEVEL: 'silent', ...more }
  const remove = () => rmSync(directory, { recursive: true, force: true })
  try {
    const server = await start('dist/main.js', [], directory, settings)
    return { ...server, dataDir, stop: () => server.stop().finally(remove) }
  } catch (error) {
    remove()
    throw error
  }
}

/** The same route with all its checks, and nothing behind it unless `settings` say so (bench/peers/route.mjs). */
export async function startRoute(settings = {}) {
  return { ...(await start('bench/peers/route.mjs', ['PORT'], ROOT, settings)), dataDir: null }
}

/** What Fastify can do at most. */
export async function startCeiling() {
  return { ...(await start('bench/peers/ceiling.mjs', ['PORT'], ROOT, {})), dataDir: null }
}

/** An embedded Postgres as ours, on the disk of this checkout, with nothing in it. */
export async function startPostgres() {
  const { startEmbedded } = await import('../dist/embedded/postgres.js')
  const directory = newDirectory()
  const remove = () => rmSync(directory, { recursive: true, force: true })
  try {
    const dataDir = join(directory, 'data')
    const embedded = await startEmbedded({ dataDir, onRestart: console.error })
    return { url: embedded.url, dataDir, stop: () => embedded.stop().finally(remove) }
  } catch (error) {
    remove()
    throw error
  }
}

/** On the disk of this checkout. */
export function newDirectory() {
  const cache = join(ROOT, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const directory = mkdtempSync(join(cache, 'tidings-bench-'))
  // Where root runs this, Postgres has another user, which must get in.
  chmodSync(directory, 0o711)
  return directory
}

/** In a directory without a `.env`, so that none is read. */
async function start(script, args, cwd, settings) {
  const port = String(await freePort())
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [join(ROOT, script), ...args.map(() => port)], {
    cwd,
    env: { PATH, HOME, PORT: port, ...settings },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const url = `http://127.0.0.1:${port}`
  await untilReady(child, url)
  return { url, pid: child.pid, stop: () => stop(child) }
}

async function untilReady(child, url) {
  const deadline = performance.now() + START_TIMEOUT_MS
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error(`The server ended with code ${child.exitCode} instead of starting.`)
    if (performance.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`The server was not ready within ${START_TIMEOUT_MS / 1000} s.`)
    }
    await delay(50)
  }
}

async function isReady(url) {
  try {
    return (await fetch(`${url}/readyz`)).ok
  } catch {
    return false
  }
}

async function stop(child) {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await ended
  clearTimeout(late)
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  return port
}
