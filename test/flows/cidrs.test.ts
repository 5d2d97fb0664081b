import { expect, test } from 'vitest'
import { createCidrList, isCidr } from '../../src/flows/keys/cidrs.ts'

test.each([
  ['10.0.0.0/8', '10.1.2.3'],
  ['10.0.0.0/8', '::ffff:10.1.2.3'],
  ['::ffff:10.0.0.0/104', '10.1.2.3'],
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8::/32', '2001:DB8::1'],
  ['fe80::/10', 'fe80::1%eth0'],
  ['0.0.0.0/0', '203.0.113.7'],
  ['::/0', '2001:db8::1'],
])('%s holds %s', (cidr, address) => {
  expect(isCidr(cidr)).toBe(true)
  expect(createCidrList(['192.0.2.1', cidr]).has(address)).toBe(true)
})

test.each([
  ['10.0.0.0/8', '11.0.0.1'],
  ['::ffff:10.0.0.0/104', '11.0.0.1'],
  ['2001:db8::/32', '2001:db9::1'],
  // A block of IPv6 holds no IPv4.
  ['::/0', '203.0.113.7'],
  ['0.0.0.0/0', '2001:db8::1'],
  ['0.0.0.0/0', 'unknown'],
])('%s does not hold %s', (cidr, address) => {
  expect(createCidrList([cidr]).has(address)).toBe(false)
})

test.each(['::ffff:10.0.0.0/40', '10.0.0.0/33', 'fe80::1%eth0', '010.0.0.1', 'localhost', '', '10.0.0.0/'])(
  '%s is no block, and one that was kept as such holds nothing',
  (text) => {
    expect(isCidr(text)).toBe(false)
    expect(createCidrList([text]).has('10.0.0.1')).toBe(false)
  },
)
