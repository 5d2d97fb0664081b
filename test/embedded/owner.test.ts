import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { livingOwner, takeOwnership } from '../../src/embedded/owner.ts'
import { isAlive, processWorld, startMark } from '../../src/embedded/processes.ts'
import { StartRefusal } from '../../src/embedded/refusal.ts'

let directory: string
let other: ChildProcess
let otherPid: number

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidings-owner-'))
  other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  otherPid = other.pid ?? 0
})

afterEach(async () => {
  await end(other)
  rmSync(directory, { recursive: true })
})

test('a data directory whose owner lives is refused, and the process is named', async () => {
  ownedBy(otherPid, startMark(otherPid))
  expect(livingOwner(directory)).toBe(otherPid)
  await expect(takeOwnership(directory)).rejects.toThrow(StartRefusal)
  await expect(takeOwnership(directory)).rejects.toThrow(`process ${otherPid}`)
  expect(readdirSync(directory)).toEqual(['owner.json'])
})

test('what a dead process left is taken over', async () => {
  ownedBy(otherPid, startMark(otherPid))
  await end(other)
  const ownership = await takeOwnership(directory)
  expect(owner()).toMatchObject({ pid: process.pid })
  ownership.release()
  expect(readdirSync(directory)).toEqual([])
})

test.runIf(process.platform !== 'win32')('a process that got the id of a dead owner is not taken for it', async () => {
  ownedBy(otherPid, 'the mark of another time')
  expect(livingOwner(directory)).toBeNull()
  await takeOwnership(directory)
  expect(owner()).toMatchObject({ pid: process.pid })
})

test('the same process does not take a directory twice', async () => {
  const ownership = await takeOwnership(directory)
  await expect(takeOwnership(directory)).rejects.toThrow(`process ${process.pid}`)
  ownership.release()
})

test('an owner in another container lives as long as it touches its file', async () => {
  ownedBy(7, 'any', 'another container')
  const file = join(directory, 'owner.json')
  const beat = setInterval(() => utimesSync(file, new Date(), new Date()), 100)
  await expect(takeOwnership(directory)).rejects.toThrow('process 7 in another container')
  clearInterval(beat)
})

test('an owner in another container that has been silent is dead', async () => {
  ownedBy(7, 'any', 'another container')
  const longAgo = new Date('2020-01-01')
  utimesSync(join(directory, 'owner.json'), longAgo, longAgo)
  await takeOwnership(directory)
  expect(owner()).toMatchObject({ pid: process.pid })
})

test('an owner shows that it lives', async () => {
  const ownership = await takeOwnership(directory)
  const file = join(directory, 'owner.json')
  const longAgo = new Date('2020-01-01')
  utimesSync(file, longAgo, longAgo)
  await expect.poll(() => statSync(file).mtime.getFullYear()).not.toBe(2020)
  expect(owner()).toMatchObject({ pid: process.pid })
  ownership.release()
})

test('half a file, as a full disk leaves it, does not keep Tidings from starting', async () => {
  writeFileSync(join(directory, 'owner.json'), '{"pid": 1')
  await takeOwnership(directory)
  expect(owner()).toMatchObject({ pid: process.pid })
})

test('a process that has ended is not alive', async () => {
  expect(isAlive(otherPid)).toBe(true)
  await end(other)
  expect(isAlive(otherPid)).toBe(false)
})

function ownedBy(pid: number, mark: string | null, world = processWorld()): void {
  writeFileSync(join(directory, 'owner.json'), JSON.stringify({ pid, mark, world }))
}

function owner(): unknown {
  return JSON.parse(readFileSync(join(directory, 'owner.json'), 'utf8'))
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}
