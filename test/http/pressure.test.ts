import { describe, expect, it } from 'vitest'
import { createServer } from '../../src/http/server.ts'
import { createPressure, type Load, type Pressure } from '../../src/http/pressure.ts'
import type { HttpParts, Server } from '../../src/http/parts.ts'
import { until } from '../support/until.ts'
import { createStandIns } from './stand-ins.ts'

const GOOD = { lateMs: 5, heapShare: 0.3 }
const LATE = { lateMs: 201, heapShare: 0.3 }
const LOADS = ['export', 'dashboard', 'read', 'marketing', 'transactional', 'otp'] as const

function refusedAfter(pressure: Pressure, looks: readonly (typeof GOOD)[]): readonly Load[] {
  for (const look of looks) pressure.note(look)
  return LOADS.filter((load) => pressure.refuses(load))
}

const times = (count: number, look: typeof GOOD): (typeof GOOD)[] => Array.from({ length: count }, () => look)

describe('a node that can’t keep up', () => {
  it('refuses nothing for four seconds, then one kind of load more with each second', () => {
    const pressure = createPressure()
    expect(refusedAfter(pressure, times(4, LATE))).toEqual([])
    expect(refusedAfter(pressure, [LATE])).toEqual(['export'])
    expect(refusedAfter(pressure, [LATE])).toEqual(['export', 'dashboard'])
    expect(refusedAfter(pressure, [LATE])).toEqual(['export', 'dashboard', 'read'])
    expect(refusedAfter(pressure, [LATE])).toEqual(['export', 'dashboard', 'read', 'marketing'])
  })

  it('never refuses one-time codes for that, however long it lasts', () => {
    expect(refusedAfter(createPressure(), times(100, LATE))).toEqual(LOADS.filter((load) => load !== 'otp'))
  })

  it('takes back one kind with each good second', () => {
    const pressure = createPressure()
    expect(refusedAfter(pressure, times(7, LATE))).toHaveLength(3)
    expect(refusedAfter(pressure, [GOOD])).toEqual(['export', 'dashboard'])
    expect(refusedAfter(pressure, times(2, GOOD))).toEqual([])
  })

  it('counts a heap that is nearly full as well', () => {
    expect(refusedAfter(createPressure(), times(5, { lateMs: 0, heapShare: 0.86 }))).toEqual(['export'])
  })
})

const SMS = { contact: '+201009129288', subject: 'Hello', message: 'Your code is 482913' }

function sms(app: Server, category: string) {
  return app.inject({ method: 'POST', url: '/smss', payload: { ...SMS, category } })
}

function under(loads: number): { app: Server; parts: HttpParts } {
  const { parts } = createStandIns()
  const pressure = createPressure()
  for (const look of times(loads + 4, LATE)) pressure.note(look)
  // It stays as it is, though this process is well.
  return { app: createServer(parts, { ...pressure, note: () => undefined }), parts }
}

describe('what it refuses', () => {
  it('is told to come back, and what comes before it in the order is still served', async () => {
    const { app } = under(4)
    for (const url of ['/smss/export', '/inbox', '/smss', '/smss/1']) {
      const answer = await app.inject({ method: 'GET', url })
      expect.soft({ url, status: answer.statusCode, code: answer.json<{ code: string }>().code }).toEqual({
        url,
        status: 503,
        code: 'overloaded',
      })
      expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    }
    const statuses = await Promise.all(['marketing', 'transactional', 'otp'].map((category) => sms(app, category)))
    expect(statuses.map(({ statusCode }) => statusCode)).toEqual([503, 200, 200])
  })

  it('is never a callback, nor whether it lives', async () => {
    const { app } = under(100)
    const callback = await app.inject({ method: 'POST', url: '/callbacks/twilio/status', payload: '{}' })
    const alive = await app.inject({ method: 'GET', url: '/livez' })
    const code = await sms(app, 'otp')
    expect([callback.statusCode, alive.statusCode, code.statusCode]).toEqual([200, 200, 200])
    expect((await sms(app, 'transactional')).statusCode).toBe(503)
  })
})

/** Counts who is inside, and lets nobody out before `release`. */
function holding(): { hold: () => Promise<void>; release: () => void; inside: () => number } {
  let inside = 0
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  return { hold: () => ((inside += 1), held), release: () => release(), inside: () => inside }
}

describe('places', () => {
  it('are kept for one-time codes where everything else has filled its own', async () => {
    const { parts } = createStandIns()
    const { hold, release, inside } = holding()
    const accept: HttpParts['sms']['accept'] = async (...call) => {
      await hold()
      return parts.sms.accept(...call)
    }
    const app = createServer({ ...parts, sms: { ...parts.sms, accept } })
    const [refused, served] = [[], []] as [number[], Promise<unknown>[]]
    // One kind after the other: who comes first is let in first.
    for (const [category, calls, room] of [
      ['marketing', 250, 192],
      ['transactional', 100, 64],
      ['otp', 100, 100],
    ] as const) {
      const before = { inside: inside(), refused: refused.length }
      for (let call = 0; call < calls; call += 1) {
        served.push(sms(app, category).then(({ statusCode }) => statusCode === 503 && refused.push(statusCode)))
      }
      await until(() => inside() - before.inside === room && refused.length - before.refused === calls - room)
    }
    release()
    await Promise.all(served)
    expect(refused).toHaveLength(58 + 36)
  })

  it('are asked for before a body is read, unless it may be that of a one-time code', async () => {
    const { app } = under(100)
    const call = (payload: string) =>
      app.inject({ method: 'POST', url: '/smss', headers: { 'content-type': 'application/json' }, payload })
    // Neither is JSON: whoever reads them says so.
    expect((await call('{"category": "transactional", ')).statusCode).toBe(503)
    expect((await call('{"category": "otp", ')).statusCode).toBe(400)
    // A dry run takes no place.
    expect((await call(JSON.stringify({ ...SMS, dry_run: true }))).statusCode).toBe(200)
    // As JSON may write the same word.
    const escaped = await call(JSON.stringify({ ...SMS, category: 'x' }).replace('"x"', '"\\u006ftp"'))
    expect(escaped.statusCode).toBe(200)
  })

  it('for reads are 64, free again with each answer', async () => {
    const { parts } = createStandIns()
    const { hold, release, inside } = holding()
    const app = createServer({ ...parts, reads: { ...parts.reads, message: async () => (await hold(), null) } })
    const read = () => app.inject({ method: 'GET', url: '/smss/1' })
    const calls = Array.from({ length: 65 }, read)
    expect((await Promise.race(calls)).statusCode).toBe(503)
    expect(inside()).toBe(64)
    release()
    const statuses = (await Promise.all(calls)).map(({ statusCode }) => statusCode)
    expect(statuses.filter((status) => status === 404)).toHaveLength(64)
    expect((await read()).statusCode).toBe(404)
  })
})
