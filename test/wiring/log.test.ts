import { expect, test } from 'vitest'
import { createLog, masked, type Log } from '../../src/wiring/log.ts'

test('a number in a log line can be told apart, but not called', () => {
  expect(logged((log) => log.info({ to: '+201009129288' }, 'sent to +15005550006'))).toMatchObject({
    to: '+2010*****288',
    msg: 'sent to +1500*****006',
  })
})

test('a push token keeps its first characters', () => {
  const token = `dQw4w9WgXcQ-abc:APA91${'b'.repeat(134)}`
  expect(masked(`{"for":"${token}"}`)).toBe('{"for":"dQw4w9Wg…"}')
})

test('of an API key its id is left, wherever it stands', () => {
  const key = `tidings_live_ab12CD34ef_${'x'.repeat(49)}`
  expect(masked(`{"msg":"Bearer ${key}, ${key.slice(0, 50)}"}`)).toBe(
    '{"msg":"Bearer tidings_live_ab12CD34ef_…, tidings_live_ab12CD34ef_…"}',
  )
})

test('texts and secrets are left out', () => {
  const line = logged((log) =>
    log.info({ text: 'hush', subject: 'hush', body: 'hush', authorization: 'hush', event: 'x' }, 'y'),
  )
  expect(JSON.stringify(line)).not.toContain('hush')
  expect(line).toMatchObject({ level: 30, event: 'x', msg: 'y' })
})

test('a database’s error does not bring the row with it', () => {
  const error = Object.assign(new Error('duplicate key', { cause: new Error('inner') }), {
    code: '23505',
    detail: 'Key (tag)=(hush) already exists.',
  })
  const line = logged((log) => log.error({ err: error }, 'failed'))
  expect(line).toMatchObject({ err: { message: 'duplicate key', code: '23505', cause: { message: 'inner' } } })
  expect(JSON.stringify(line)).not.toContain('hush')
})

test('times and versions are not taken for numbers', () => {
  const line = '{"time":"2026-03-03T14:02:11.123+00:00","v":"1.2.3+45","n":12345678901}'
  expect(masked(line)).toBe(line)
})

function logged(act: (log: Log) => void): unknown {
  const lines: string[] = []
  act(createLog('info', { write: (line) => lines.push(line) }))
  expect(lines).toHaveLength(1)
  return JSON.parse(lines[0] ?? '')
}
