import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const START_TIMEOUT_MS = 10_000

/** A server on a free port of 127.0.0.1; `args` makes its arguments of that. Resolves when it takes connections; null: it is not installed. */
export async function startProgram(name, args) {
  const port = await freePort()
  const child = spawn(name, args(port), { stdio: 'ignore' })
  const failed = once(child, 'error').then(([error]) => error)
  const spawned = await Promise.race([once(child, 'spawn').then(() => null), failed])
  if (spawned?.code === 'ENOENT') return null
  if (spawned !== null) throw spawned
  await untilUp(child, name, port)
  return {
    port,
    async stop() {
      if (child.exitCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function untilUp(child, name, port) {
  const deadline = performance.now() + START_TIMEOUT_MS
  while (!(await takesConnections(port))) {
    if (child.exitCode !== null) throw new Error(`${name} ended with code ${child.exitCode} instead of starting`)
    if (performance.now() > deadline) throw new Error(`${name} did not start within ${START_TIMEOUT_MS / 1_000} s`)
    await delay(50)
  }
}

function takesConnections(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => (socket.destroy(), resolve(true)))
    socket.once('error', () => resolve(false))
  })
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  return port
}
