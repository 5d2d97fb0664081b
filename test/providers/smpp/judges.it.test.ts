import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT } from '../../support/documents.ts'
import { freePort, startCommand, type Program } from '../../support/program.ts'
import { until } from '../../support/until.ts'
import { smsTo } from '../conformance.ts'
import { contact } from '../twilio/stage.ts'
import { forever, isOutcome, openProvider } from './stage.ts'

const TO = contact('+201009129288')

/** Kannel’s own SMSC for tests; Debian has it in its package kannel-extras. */
const DRIVE_SMPP = '/usr/lib/kannel/test/drive_smpp'

const hasPerl = isThere(
  'Net::SMPP for Perl (libnet-smpp-perl)',
  spawnSync('perl', ['-MNet::SMPP', '-e', '1']).status === 0,
)
const hasKannel = isThere('drive_smpp (kannel-extras)', existsSync(DRIVE_SMPP))

function isThere(what: string, found: boolean): boolean {
  if (found) return true
  if (process.env['REQUIRE_ALL'] === '1') throw new Error(`${what} is missing`)
  process.stdout.write(`skipped: needs ${what}\n`)
  return false
}

function start(command: readonly string[]): Program {
  const directory = mkdtempSync(join(tmpdir(), 'tidings-smpp-'))
  const program = startCommand(command, { cwd: directory, env: process.env, log: join(directory, 'log') })
  onTestFinished(async () => {
    await program.kill()
    rmSync(directory, { recursive: true, force: true })
  })
  return program
}

test.skipIf(!hasPerl)('Net::SMPP reads what is submitted, and is understood', async () => {
  const program = start(['perl', join(ROOT, 'test/providers/smpp/net-smpp.pl')])
  const port = await until(() => /listening on (\d+)/.exec(program.output())?.[1])
  const opened = openProvider(Number(port), 'from=%2B15005550006')
  await opened.bound()
  expect(program.output()).toContain('bind|look-alike|secret08|52')
  const sms = smsTo(TO, 1, { text: 'Grüße {1} €', validitySeconds: 90 })
  expect(isOutcome(await opened.provider.submit(sms, forever), 'accepted').status).toBe('sent')
  // The default alphabet, an octet a septet: the escape 1b stands before {, } and €.
  const octets = Buffer.from([0x47, 0x72, 0x7e, 0x1e, 0x65, 0x20, 0x1b, 0x28, 0x31, 0x1b, 0x29, 0x20, 0x1b, 0x65])
  await until(() =>
    program.output().includes(`submit|15005550006|1|201009129288|1|0|0|1|000000000130000R|${octets.toString('hex')}`),
  )
  await until(() => opened.receipts.length === 1)
  expect(opened.receipts).toMatchObject([{ status: 'delivered', contact: TO }])
  await until(() => program.output().includes('kept|0'))
  await opened.provider.close()
  await until(() => program.output().includes('unbind'))
})

test.skipIf(!hasKannel)('Kannel’s drive_smpp is heard, and takes what is submitted', async () => {
  const port = await freePort()
  await openBox()
  const program = start([DRIVE_SMPP, '-v', '0', '-m', '200', '-p', String(port)])
  const opened = openProvider(port, 'bind=separate')
  await opened.bound()
  await until(() => opened.inbound.length === 200)
  const submits = Array.from({ length: 50 }, (_, id) => opened.provider.submit(smsTo(TO, id), forever))
  const outcomes = await Promise.all(submits)
  expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true)
  await until(() => program.output().includes('All messages sent to ESME.'))
})

/** It connects to the box that it is to drive, always at this port, and ends where nobody is: here is one that says nothing. */
const BOX_PORT = 13_001

async function openBox(): Promise<void> {
  const sockets: Socket[] = []
  const box = createServer((socket) => void sockets.push(socket))
  await new Promise((resolve) => {
    // Whoever listens there already will do.
    box.once('error', resolve)
    box.listen(BOX_PORT, '127.0.0.1', () => resolve(null))
  })
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => box.close(resolve))
  })
}
