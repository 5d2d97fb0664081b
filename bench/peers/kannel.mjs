import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { newDirectory } from '../servers.mjs'

const READY_MS = 20_000
const STOP_MS = 10_000
const FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/bin', '/usr/local/bin']

/** Null: Kannel is not installed (Debian has it in its package kannel). */
export function findKannel() {
  const [bearerbox, smsbox] = ['bearerbox', 'smsbox'].map((name) =>
    FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path)),
  )
  return bearerbox === undefined || smsbox === undefined ? null : { bearerbox, smsbox }
}

/**
 * Kannel with its spool on the disk of this checkout, one connection to the SMSC, and its HTTP interface at `url`, a path and the beginning of
 * a query. `receipts`: it asks for one of each message, and calls the SMSC's HTTP port for it.
 */
export async function startKannel(programs, smsc, { window, receipts }) {
  const directory = newDirectory()
  const ports = { admin: await freePort(), box: await freePort(), http: await freePort() }
  const spool = join(directory, 'spool')
  mkdirSync(spool)
  const file = join(directory, 'kannel.conf')
  writeFileSync(file, configuration({ directory, spool, smsc, window, ports }))
  const children = []
  try {
    children.push(run(programs.bearerbox, file, directory))
    await untilOpen(ports.box, children)
    children.push(run(programs.smsbox, file, directory))
    await untilOpen(ports.http, children)
  } catch (error) {
    await stop(children, directory)
    throw error
  }
  const report = encodeURIComponent(`http://127.0.0.1:${smsc.sinkPort}/?status=%d`)
  const dlr = receipts ? `&dlr-mask=31&dlr-url=${report}` : ''
  return {
    url: `http://127.0.0.1:${ports.http}`,
    query: `/cgi-bin/sendsms?username=bench&password=bench&from=15005550006${dlr}`,
    pids: children.map(({ pid }) => pid),
    /** Files of messages that are kept until they are sent. */
    spooled: () => readdirSync(spool, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).length,
    stop: () => stop(children, directory),
  }
}

function configuration({ directory, spool, smsc, window, ports }) {
  return `group = core
admin-port = ${ports.admin}
admin-interface = 127.0.0.1
admin-password = bench
smsbox-port = ${ports.box}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
box-deny-ip = *.*.*.*
log-file = ${directory}/bearerbox.log
log-level = 3
store-type = spool
store-location = ${spool}
dlr-storage = internal
sms-outgoing-queue-limit = 10000000
sms-incoming-queue-limit = 10000000

group = smsc
smsc = smpp
smsc-id = bench
host = 127.0.0.1
port = ${smsc.port}
transceiver-mode = true
smsc-username = bench
smsc-password = bench
system-type = bench
max-pending-submits = ${window}
source-addr-ton = 1
source-addr-npi = 1
dest-addr-ton = 1
dest-addr-npi = 1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = ${ports.box}
sendsms-port = ${ports.http}
sendsms-interface = 127.0.0.1
log-file = ${directory}/smsbox.log
log-level = 3

group = sendsms-user
username = bench
password = bench
concatenation = true
max-messages = 10

group = sms-service
keyword = default
text = ok
max-messages = 0
`
}

function run(program, file, cwd) {
  return spawn(program, ['-v', '4', file], { cwd, stdio: 'ignore' })
}

async function untilOpen(port, children) {
  const deadline = performance.now() + READY_MS
  while (!(await isOpen(port))) {
    if (children.some(({ exitCode }) => exitCode !== null)) throw new Error('Kannel ended instead of starting.')
    if (performance.now() > deadline) throw new Error(`Kannel was not ready within ${READY_MS / 1000} s.`)
    await delay(50)
  }
}

function isOpen(port) {
  const socket = connect(port, '127.0.0.1')
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
  }).finally(() => socket.destroy())
}

/** What hands over ends first. */
async function stop(children, directory) {
  for (const child of children.toReversed()) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await ended
    clearTimeout(late)
  }
  rmSync(directory, { recursive: true, force: true })
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  return port
}
