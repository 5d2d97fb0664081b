import { expect, test } from 'vitest'
import { tlvProblem } from '../../src/domain/sms/tlvs.ts'

test.each<[string, Record<string, string>]>([
  ['a text of digits', { '0x1400': '1101234567890123456' }],
  ['the last tag, in capitals', { '0x3FFF': 'x' }],
  ['octets', { '0x14aa': 'hex:00FFa0' }],
  ['an empty value', { '0x1401': '' }],
  ['the longest values', { '0x1401': 'a'.repeat(254), '0x1402': `hex:${'00'.repeat(254)}` }],
])('%s may be a parameter', (_, tlvs) => {
  expect(tlvProblem(tlvs)).toBeNull()
})

test.each<[string, Record<string, string>, string]>([
  ['a tag of SMPP itself', { '0x0424': 'x' }, '0x0424'],
  ['a tag above those of carriers', { '0x4000': 'x' }, '0x4000'],
  ['a tag without its prefix', { '1400': 'x' }, '1400'],
  ['a tag that goes on', { '0x14000': 'x' }, '0x14000'],
  ['a text beyond ASCII', { '0x1400': 'é' }, '0x1400'],
  ['a control character', { '0x1400': 'a\u0000' }, '0x1400'],
  ['half an octet', { '0x1400': 'hex:0' }, '0x1400'],
  ['a value of 255 octets', { '0x1400': 'ok', '0x1401': 'a'.repeat(255) }, '0x1401'],
  ['255 octets in digits', { '0x1401': `hex:${'00'.repeat(255)}` }, '0x1401'],
  ['a tag that stands there twice', { '0x14AA': 'a', '0x14aa': 'b' }, '0x14aa'],
])('%s is refused by its tag', (_, tlvs, tag) => {
  expect(tlvProblem(tlvs)?.tag).toBe(tag)
})
