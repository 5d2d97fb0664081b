import { expect, test } from 'vitest'
import { readTraceparent, writeTraceparent } from '../../src/traces/traceparent.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'

test('a span is read as W3C Trace Context writes it, and written the same', () => {
  for (const text of [`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-00`]) {
    const name = readTraceparent(text)
    expect(name === null ? null : writeTraceparent(name)).toBe(text)
  }
})

test.each([
  ['a later version may go on', `01-${TRACE}-${SPAN}-01-more`, true],
  ['of the flags only the last bit says that it is recorded', `00-${TRACE}-${SPAN}-03`, true],
  ['its neighbours say nothing', `00-${TRACE}-${SPAN}-02`, false],
])('%s', (_what, text, sampled) => {
  expect(readTraceparent(text)).toEqual({ traceId: TRACE, spanId: SPAN, sampled })
})

test.each([
  undefined,
  '',
  'x',
  `ff-${TRACE}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-01-more`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}`,
  `00-${TRACE}-${SPAN}-1`,
])('%s is none', (text) => {
  expect(readTraceparent(text)).toBeNull()
})
