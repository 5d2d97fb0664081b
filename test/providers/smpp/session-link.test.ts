import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encode, type NewPdu } from '../../../src/fakes/smsc/pdu.ts'
import { until } from '../../support/until.ts'
import { bound, isInStep, setUp } from './session-rig.ts'

/** PROPERTY_RUNS=100000 for the long run. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 1_000)

describe('a link', () => {
  test('that is silent for 30 s is asked whether it is there, and kept where it answers', async () => {
    const rig = await bound()
    rig.clock.pass(29_000)
    expect(rig.came.some(({ command }) => command === 'enquire_link')).toBe(false)
    rig.clock.pass(1_500)
    const { sequence } = await rig.take('enquire_link')
    rig.send({ command: 'enquire_link_resp', sequence })
    await isInStep(rig)
    rig.clock.pass(25_000)
    await isInStep(rig)
    expect(rig.ends).toEqual([])
  })

  test('that does not answer within 10 s is cut', async () => {
    const rig = await bound()
    rig.clock.pass(30_500)
    await rig.take('enquire_link')
    rig.clock.pass(9_000)
    expect(rig.session.isBound()).toBe(true)
    rig.clock.pass(1_500)
    await until(() => rig.ends.length > 0)
    expect(rig.ends).toEqual([{ kind: 'ended', reason: 'enquire_link' }])
  })

  test('on which a PDU does not come to its end within 10 s is cut', async () => {
    const rig = await bound()
    const whole = encode({ command: 'enquire_link', sequence: 7 })
    rig.raw(Buffer.concat([whole, whole.subarray(0, 9)]))
    await rig.take('enquire_link_resp')
    rig.clock.pass(9_000)
    expect(rig.session.isBound()).toBe(true)
    rig.clock.pass(1_500)
    await until(() => rig.ends.length > 0)
    expect(rig.ends).toEqual([{ kind: 'ended', reason: 'read_timeout' }])
  })

  test('is unbound in order: what was submitted is answered first', async () => {
    const rig = await bound()
    const { answers } = rig.submit()
    const { sequence } = await rig.take('submit_sm')
    rig.session.leave('told')
    expect(rig.session.room()).toBe(0)
    const unbind = await rig.take('unbind')
    rig.send({ command: 'unbind_resp', sequence: unbind.sequence })
    await isInStep(rig)
    expect(rig.ends).toEqual([])
    rig.send({ command: 'submit_sm_resp', sequence, fields: { message_id: 'x' } })
    await until(() => rig.ends.length > 0)
    expect(answers).toMatchObject([{ kind: 'answered' }])
    expect(rig.ends).toEqual([{ kind: 'ended', reason: 'told' }])
  })

  test('is unbound once what came in is answered', async () => {
    const rig = await bound({}, false)
    rig.send({ command: 'deliver_sm', sequence: 9, fields: { short_message: Buffer.from('hello') } })
    await until(() => rig.kept.length === 1)
    rig.session.leave('told')
    const { sequence } = await rig.take('unbind')
    rig.send({ command: 'unbind_resp', sequence })
    await isInStep(rig)
    expect(rig.ends).toEqual([])
    rig.kept[0]?.()
    await rig.take('deliver_sm_resp')
    await until(() => rig.ends.length > 0)
  })

  test('whose unbind is not answered is closed after 5 s', async () => {
    const rig = await bound()
    rig.session.leave('told')
    await rig.take('unbind')
    rig.clock.pass(4_000)
    expect(rig.ends).toEqual([])
    rig.clock.pass(3_000)
    await until(() => rig.ends.length > 0)
  })

  test('that the peer unbinds is answered once its answers have come', async () => {
    const rig = await bound()
    const { answers } = rig.submit()
    const { sequence } = await rig.take('submit_sm')
    rig.send({ command: 'unbind', sequence: 77 })
    await until(() => !rig.session.isBound())
    await isInStep(rig)
    expect(rig.came.some(({ command }) => command === 'unbind_resp')).toBe(false)
    rig.send({ command: 'submit_sm_resp', sequence, fields: { message_id: 'x' } })
    expect(await rig.take('unbind_resp')).toMatchObject({ sequence: 77 })
    await until(() => rig.ends.length > 0)
    expect(answers).toMatchObject([{ kind: 'answered' }])
    expect(rig.ends).toEqual([{ kind: 'ended', reason: 'unbound' }])
  })
})

describe('what comes in', () => {
  const delivery = (sequence: number): NewPdu => ({
    command: 'deliver_sm',
    sequence,
    fields: { source_addr: '201009129288', short_message: Buffer.from('hello') },
  })

  test('is answered when it is kept, each for itself', async () => {
    const rig = await bound({}, false)
    rig.send(delivery(1))
    rig.send(delivery(2))
    await until(() => rig.kept.length === 2)
    await isInStep(rig)
    expect(rig.came.some(({ command }) => command === 'deliver_sm_resp')).toBe(false)
    rig.kept[1]?.()
    expect(await rig.take('deliver_sm_resp')).toMatchObject({ sequence: 2, status: 0 })
    rig.kept[0]?.()
    expect(await rig.take('deliver_sm_resp')).toMatchObject({ sequence: 1, status: 0 })
  })

  test('is not read on while a thousand wait to be kept', async () => {
    const rig = await bound({}, false)
    for (let sequence = 1; sequence <= 3_000; sequence += 1) rig.send(delivery(sequence))
    await until(() => rig.kept.length >= 1_000)
    // What was read with the thousandth is there already; more than a socket hands over at once is not.
    expect(rig.kept.length).toBeLessThan(2_500)
    // Silence that is our own doing says nothing about the peer.
    rig.clock.pass(60_000)
    expect(rig.session.isBound()).toBe(true)
    for (let done = 0; done < 3_000;) {
      await until(() => rig.kept.length > done)
      while (done < rig.kept.length) rig.kept[done++]?.()
    }
    await until(() => rig.came.filter(({ command }) => command === 'deliver_sm_resp').length === 3_000)
  })

  test('before the bind is refused', async () => {
    const rig = await setUp()
    await rig.take('bind_transceiver')
    rig.send(delivery(3))
    expect(await rig.take('deliver_sm_resp')).toMatchObject({ sequence: 3, status: 0x04 })
  })

  test('and is of no known length ends the session, with a generic_nack', async () => {
    for (const length of [0, 15, 65_537, 0xffff_ffff]) {
      const rig = await bound()
      const octets = Buffer.alloc(16)
      octets.writeUInt32BE(length, 0)
      rig.raw(octets)
      expect(await rig.take('generic_nack')).toMatchObject({ status: 0x02 })
      await until(() => rig.ends.length > 0)
      expect(rig.ends).toEqual([{ kind: 'ended', reason: 'framing' }])
    }
  })

  test('and is of no known command is answered with a generic_nack, and the session goes on', async () => {
    const rig = await bound()
    const octets = Buffer.alloc(20, 7)
    for (const [at, value] of [20, 0x0000_0fff, 0, 55].entries()) octets.writeUInt32BE(value, at * 4)
    rig.raw(octets)
    expect(await rig.take('generic_nack')).toMatchObject({ sequence: 55, status: 0x03 })
    octets.writeUInt32BE(0x8000_0fff, 4)
    rig.raw(octets)
    await isInStep(rig)
    expect(rig.came.filter(({ command }) => command === 'generic_nack')).toEqual([])
    expect(rig.oddities).toHaveLength(2)
  })

  test('and has a body that is none is refused with what is wrong, and the session goes on', async () => {
    const rig = await bound()
    const octets = Buffer.alloc(18, 0x41)
    for (const [at, value] of [18, 0x05, 0, 56].entries()) octets.writeUInt32BE(value, at * 4)
    rig.raw(octets)
    const answer = await rig.take('deliver_sm_resp')
    expect(answer).toMatchObject({ sequence: 56 })
    expect('status' in answer ? answer.status : 0).not.toBe(0)
    await isInStep(rig)
  })

  test('whatever it is, whole PDUs leave the session in step, and nothing is thrown', async () => {
    const rig = await bound()
    const commands = [0x05, 0x103, 0x8000_0004, 0x8000_0000, 0x15, 0x102, 0x0b, 0x8000_0015, 0x04, 0x21, 0x8000_0005]
    const whole = fc.record({
      command: fc.oneof(
        fc.constantFrom(...commands),
        fc.nat(0xffff_ffff).filter((id) => id !== 0x06 && id !== 0x8000_0006),
      ),
      status: fc.nat(0xffff_ffff),
      sequence: fc.nat(0xffff_ffff),
      body: fc.uint8Array({ maxLength: 300 }),
    })
    for (const { command, status, sequence, body } of fc.sample(whole, RUNS)) {
      const header = Buffer.alloc(16)
      for (const [at, value] of [16 + body.length, command, status, sequence].entries())
        header.writeUInt32BE(value, at * 4)
      rig.raw(Buffer.concat([header, body]))
    }
    await isInStep(rig)
    expect(rig.ends).toEqual([])
    const { answers } = rig.submit()
    const { sequence } = await rig.take('submit_sm')
    rig.send({ command: 'submit_sm_resp', sequence, fields: { message_id: 'after all' } })
    await until(() => answers.length > 0)
    expect(answers).toEqual([{ kind: 'answered', status: 0, messageId: 'after all' }])
  })

  test('whatever octets come, a session ends or goes on, and everything submitted is settled', async () => {
    for (const pieces of fc.sample(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 400 }), { minLength: 1, maxLength: 5 }),
      10,
    )) {
      const rig = await bound()
      const { answers } = rig.submit()
      for (const piece of pieces) rig.raw(Buffer.from(piece))
      await until(() => (rig.clock.pass(5_000), rig.ends.length > 0))
      expect(answers).toHaveLength(1)
    }
  })
})
