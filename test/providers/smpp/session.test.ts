import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../../src/providers/smpp/limits.ts'
import { openSession } from '../../../src/providers/smpp/session.ts'
import type { SessionEnd } from '../../../src/providers/smpp/session-parts.ts'
import { until } from '../../support/until.ts'
import { createClock } from './clock.ts'
import { bound, isInStep, setUp } from './session-rig.ts'

describe('a bind', () => {
  test('says who it is, in version 3.4', async () => {
    const rig = await setUp()
    expect(rig.session.room()).toBe(0)
    expect(await rig.take('bind_transceiver')).toMatchObject({
      fields: { system_id: 'acme', password: 'secret', interface_version: 0x34 },
    })
  })

  test('that is refused ends with its status', async () => {
    const rig = await setUp()
    const { sequence } = await rig.take('bind_transceiver')
    rig.send({ command: 'bind_transceiver_resp', sequence, status: 0x0e })
    await until(() => rig.ends.length > 0)
    expect(rig.ends).toEqual([{ kind: 'refused', status: 0x0e }])
  })

  test('that is answered by a generic_nack is refused', async () => {
    const rig = await setUp()
    const { sequence } = await rig.take('bind_transceiver')
    rig.send({ command: 'generic_nack', sequence, status: 0x03 })
    await until(() => rig.ends.length > 0)
    expect(rig.ends).toEqual([{ kind: 'refused', status: 0x03 }])
  })

  test('that is not answered within 10 s is given up', async () => {
    const rig = await setUp()
    await rig.take('bind_transceiver')
    rig.clock.pass(9_000)
    expect(rig.ends).toEqual([])
    rig.clock.pass(1_500)
    await until(() => rig.ends.length > 0)
    expect(rig.ends).toEqual([{ kind: 'unreached', reason: 'bind_timeout', code: null }])
  })

  test('to nobody is told as such', async () => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    await new Promise((resolve) => server.close(resolve))
    const ends: SessionEnd[] = []
    openSession(
      {
        place: { host: '127.0.0.1', port, tls: null },
        mode: 'transceiver',
        systemId: 'a',
        password: '',
        systemType: '',
        window: 1,
        limits: LIMITS,
      },
      { ...createClock(), keep: () => Promise.resolve(0), onOddity: () => undefined },
      { onBound: () => undefined, onRoom: () => undefined, onLeaving: () => undefined, onEnd: (end) => ends.push(end) },
    )
    await until(() => ends.length > 0)
    expect(ends).toEqual([{ kind: 'unreached', reason: 'connect_failed', code: 'ECONNREFUSED' }])
  })
})

describe('a submission', () => {
  test('is answered by its sequence number, in any order', async () => {
    const rig = await bound()
    const sent = [rig.submit(), rig.submit(), rig.submit()]
    const came = [await rig.take('submit_sm'), await rig.take('submit_sm'), await rig.take('submit_sm')]
    for (const [index, { sequence }] of came.toReversed().entries()) {
      rig.send({ command: 'submit_sm_resp', sequence, fields: { message_id: `id-${index}` } })
    }
    await until(() => sent.every(({ answers }) => answers.length === 1))
    expect(sent.map(({ answers }) => answers[0])).toEqual(
      ['id-2', 'id-1', 'id-0'].map((messageId) => ({ kind: 'answered', status: 0, messageId })),
    )
  })

  test('takes a place in the window until it is answered', async () => {
    const rig = await bound({ window: 2 })
    expect(rig.session.room()).toBe(2)
    rig.submit()
    rig.submit()
    expect(rig.session.room()).toBe(0)
    const { sequence } = await rig.take('submit_sm')
    rig.send({ command: 'submit_sm_resp', sequence, status: 0x58 })
    await until(() => rig.session.room() === 1)
  })

  test('that is not answered in 30 s is in doubt, its place is free, and a late answer is still its own', async () => {
    const rig = await bound({ window: 1 })
    const { answers, late } = rig.submit()
    const { sequence } = await rig.take('submit_sm')
    rig.clock.pass(29_000)
    expect(answers).toEqual([])
    rig.clock.pass(1_500)
    expect(answers).toEqual([{ kind: 'lost', reason: 'timeout' }])
    expect(rig.session.room()).toBe(1)
    rig.send({ command: 'submit_sm_resp', sequence, fields: { message_id: 'late' } })
    await until(() => late.length > 0)
    expect(late).toEqual([0])
    expect(answers).toHaveLength(1)
    expect(rig.oddities).toEqual([])
    expect(rig.session.isBound()).toBe(true)
  })

  test('has one late answer: a second one is nobody’s', async () => {
    const rig = await bound()
    const { late } = rig.submit()
    const { sequence } = await rig.take('submit_sm')
    rig.clock.pass(30_500)
    for (const messageId of ['first', 'second']) {
      rig.send({ command: 'submit_sm_resp', sequence, fields: { message_id: messageId } })
    }
    await isInStep(rig)
    expect(late).toEqual([0])
    expect(rig.oddities).toMatchObject([{ kind: 'unmatched' }])
  })

  test('keeps its number as long as its answer may come', async () => {
    const rig = await bound()
    rig.submit()
    const first = await rig.take('submit_sm')
    rig.clock.pass(30_500)
    rig.submit()
    expect((await rig.take('submit_sm')).sequence).not.toBe(first.sequence)
  })

  test('is refused by a generic_nack with its number', async () => {
    const rig = await bound()
    const { answers } = rig.submit()
    const { sequence } = await rig.take('submit_sm')
    rig.send({ command: 'generic_nack', sequence, status: 0x08 })
    await until(() => answers.length > 0)
    expect(answers).toEqual([{ kind: 'answered', status: 0x08, messageId: '' }])
  })

  test('is in doubt when the connection is cut', async () => {
    const rig = await bound()
    const { answers } = rig.submit()
    await rig.take('submit_sm')
    rig.cut()
    await until(() => rig.ends.length > 0)
    expect(answers).toEqual([{ kind: 'lost', reason: 'connection_lost' }])
    expect(rig.ends).toEqual([{ kind: 'ended', reason: 'closed' }])
  })

  test('answers that nobody waits for, and second ones, are counted and pass by', async () => {
    const rig = await bound()
    const { answers } = rig.submit()
    const { sequence } = await rig.take('submit_sm')
    rig.send({ command: 'submit_sm_resp', sequence: 99_999, fields: { message_id: 'x' } })
    rig.send({ command: 'submit_sm_resp', sequence, fields: { message_id: 'first' } })
    rig.send({ command: 'submit_sm_resp', sequence, fields: { message_id: 'second' } })
    rig.send({ command: 'generic_nack', sequence: 0, status: 3 })
    await isInStep(rig)
    expect(answers).toEqual([{ kind: 'answered', status: 0, messageId: 'first' }])
    expect(rig.oddities.map(({ kind }) => kind)).toEqual(['unmatched', 'unmatched', 'unmatched'])
  })

  test('whose answer cannot be read is answered all the same: what counts stands in the header', async () => {
    const rig = await bound()
    const { answers } = rig.submit()
    const { sequence } = await rig.take('submit_sm')
    const octets = Buffer.alloc(16 + 400, 0x41)
    for (const [at, value] of [octets.length, 0x8000_0004, 0, sequence].entries()) octets.writeUInt32BE(value, at * 4)
    rig.raw(octets)
    await until(() => answers.length > 0)
    expect(answers[0]).toMatchObject({ kind: 'answered', status: 0 })
    await isInStep(rig)
  })

  test('four in a row without an answer, one with, and four without make none', async () => {
    const rig = await bound()
    for (const count of [4, 1, 4]) {
      for (let one = 0; one < count; one += 1) rig.submit()
      await until(() => rig.came.filter(({ command }) => command === 'submit_sm').length === count)
      const came = rig.came.splice(0).filter(({ command }) => command === 'submit_sm')
      if (count === 1) for (const { sequence } of came) rig.send({ command: 'submit_sm_resp', sequence })
      await isInStep(rig)
      rig.clock.pass(30_500)
      await isInStep(rig)
    }
    expect(rig.session.isBound()).toBe(true)
  })

  test('five in a row without an answer make a new bind', async () => {
    const rig = await bound()
    const sent = Array.from({ length: 4 }, () => rig.submit())
    rig.clock.pass(31_000)
    rig.send({ command: 'enquire_link_resp', sequence: 1 })
    expect(rig.session.isBound()).toBe(true)
    rig.submit()
    await until(() => rig.came.filter(({ command }) => command === 'submit_sm').length === 5)
    // The peer lives: it answers whatever else it is asked.
    for (let seconds = 0; seconds < 32; seconds += 4) {
      rig.send({ command: 'enquire_link', sequence: 1_000 + seconds })
      await until(() => rig.came.some(({ sequence }) => sequence === 1_000 + seconds))
      rig.clock.pass(4_000)
    }
    await rig.take('unbind')
    expect(rig.session.isBound()).toBe(false)
    expect(sent.every(({ answers }) => answers.length === 1)).toBe(true)
    rig.cut()
    await until(() => rig.ends.length > 0)
    expect(rig.ends).toEqual([{ kind: 'ended', reason: 'timeouts' }])
  })
})
