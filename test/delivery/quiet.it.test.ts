import { expect, test } from 'vitest'
import { createQuietHold } from '../../src/flows/sms/sms-rules.ts'
import { ACCEPTED, ask, message, scripted } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { until } from '../support/until.ts'

const { start } = useNodes()

const EXTRAS = { sendAt: null, template: null, resentFrom: null, redirectedTo: null }

test('a message is asked about with the zone its caller named, at once and when it has waited in the database', async () => {
  const seen: (string | undefined)[] = []
  const node = await start({
    sms: [scripted(() => ACCEPTED)],
    ways: { hold: (work) => (seen.push(work.timeZone), null) },
  })
  const { intake } = node.delivery
  await intake.addSms(message({ extras: { ...EXTRAS, timeZone: 'Europe/Berlin' } }))
  await until(() => seen.length === 1)
  await intake.addSms(message({ extras: { ...EXTRAS, sendAt: new Date(0), timeZone: 'Asia/Tokyo' } }))
  await until(() => seen.length === 2)
  await intake.addSms(message())
  await until(() => seen.length === 3)
  expect(seen).toEqual(['Europe/Berlin', 'Asia/Tokyo', undefined])
})

test('what is about to leave in the quiet hours waits for their end, and the codes beside it go', async () => {
  const sent: number[] = []
  const provider = scripted((sms) => (sent.push(sms.messageId), ACCEPTED))
  const hours = { from: 21 * 60, until: 8 * 60 }
  const node = await start({
    sms: [provider],
    ways: { hold: createQuietHold(hours, () => new Date('2026-06-01T22:00:00Z')) },
  })
  const { intake } = node.delivery
  const day = { ttlSeconds: 86_400 }
  const offer = await intake.addSms(message({ ...day, category: 'marketing' }))
  const code = await intake.addSms(message({ ...day, category: 'otp' }))
  await until(() => sent.length === 1)
  expect(sent).toEqual([code])
  const held = await until(async () => {
    const [row] = await ask(
      node,
      `select m.status, m.reason, m.attempts_counted, extract(epoch from d.run_at - now())::float8 as seconds
       from messages m join due d on d.message_id = m.id where m.id = $1 and m.started_at is null`,
      [offer],
    )
    return row
  })
  expect(held).toMatchObject({ status: 'queued', reason: 'quiet_hours', attempts_counted: 0 })
  // Seven hours until eight in Cairo.
  expect(Number(held['seconds'])).toBeGreaterThan(6.9 * 3_600)
})
