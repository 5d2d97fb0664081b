import { BlockList } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAllowedAddress, isWithin, readCidr } from '../../src/domain/public-address.ts'

const cidrs = (...texts: string[]) => texts.map((text) => readCidr(text)).filter((cidr) => cidr !== null)

describe('isAllowedAddress', () => {
  it.each([
    ['the unspecified address', '0.0.0.0'],
    ['this network', '0.255.255.255'],
    ['private', '10.0.0.1'],
    ['shared by a carrier', '100.64.0.1'],
    ['the end of that', '100.127.255.255'],
    ['loopback', '127.0.0.1'],
    ['all of loopback', '127.255.255.254'],
    ['link-local, with the metadata of clouds', '169.254.169.254'],
    ['private', '172.16.0.1'],
    ['the end of that', '172.31.255.255'],
    ['protocol assignments', '192.0.0.192'],
    ['documentation 1', '192.0.2.1'],
    ['the relay of 6to4', '192.88.99.1'],
    ['private', '192.168.1.1'],
    ['benchmarks', '198.19.255.255'],
    ['documentation 2', '198.51.100.1'],
    ['documentation 3', '203.0.113.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified, IPv6', '::'],
    ['loopback, IPv6', '::1'],
    ['IPv4-mapped', '::ffff:127.0.0.1'],
    ['IPv4-mapped, in groups', '::ffff:7f00:1'],
    ['IPv4-mapped, in full', '0:0:0:0:0:ffff:a00:1'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['IPv4-translated', '::ffff:0:127.0.0.1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['local NAT64', '64:ff9b:1::7f00:1'],
    ['discard-only', '100::1'],
    ['Teredo', '2001::1'],
    ['ORCHID', '2001:20::1'],
    ['documentation', '2001:db8::1'],
    ['6to4', '2002:7f00:1::1'],
    ['documentation', '3fff::1'],
    ['SRv6', '5f00::1'],
    ['unique local', 'fc00::1'],
    ['the metadata of a cloud', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['link-local, with a zone', 'fe80::1%eth0'],
    ['a public one with a zone', '2606:4700::1%eth0'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['octal', '0177.0.0.1'],
    ['a short form', '127.1'],
    ['a number', '2130706433'],
    ['a name', 'localhost'],
    ['nothing', ''],
    ['too many groups', '1:2:3:4:5:6:7:8:9'],
    ['two gaps', '2606::1::2'],
  ])('refuses %s: %s', (_what, ip) => {
    expect(isAllowedAddress(ip, [])).toBe(false)
  })

  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '::ffff:8.8.8.8',
    '2606:4700:4700::1111',
    '2001:4860:4860::8888',
    '2a00:1450:4001:80b::200e',
  ])('lets %s through', (ip) => {
    expect(isAllowedAddress(ip, [])).toBe(true)
  })

  it('lets through what the operator named, in whichever family it arrives', () => {
    const allowed = cidrs('10.1.0.0/16', 'fd00::/8', '127.0.0.1')
    for (const ip of ['10.1.2.3', '::ffff:10.1.2.3', 'fd00::9', '127.0.0.1'])
      expect(isAllowedAddress(ip, allowed)).toBe(true)
    for (const ip of ['10.2.0.1', 'fe80::1', '127.0.0.2', '::1']) expect(isAllowedAddress(ip, allowed)).toBe(false)
  })
})

describe('readCidr', () => {
  it('finds in a block what Node finds in it', () => {
    const cases = fc.oneof(
      fc.record({ ips: fc.tuple(fc.ipV4(), fc.ipV4()), length: fc.nat(32), family: fc.constant('ipv4' as const) }),
      fc.record({ ips: fc.tuple(fc.ipV6(), fc.ipV6()), length: fc.nat(128), family: fc.constant('ipv6' as const) }),
    )
    fc.assert(
      fc.property(cases, ({ ips: [ip, other], length, family }) => {
        // Node counts an IPv4-mapped address as both; we count it as IPv4.
        fc.pre(![ip, other].some((one) => /^(0*:){2,}/.test(one)))
        const list = new BlockList()
        list.addSubnet(ip, length, family)
        const block = cidrs(`${ip}/${length}`)
        expect(block).toHaveLength(1)
        for (const address of [other, ip]) expect(isWithin(address, block)).toBe(list.check(address, family))
      }),
    )
  })

  it('reads a mapped block as the IPv4 one it is', () => {
    expect(readCidr('::ffff:10.0.0.0/104')).toEqual(readCidr('10.0.0.0/8'))
  })

  it.each(['', '10.0.0.0/33', '::/129', '10.0.0/8', '10.0.0.0/', 'example.com', '::ffff:0:0/95', '10.0.0.0/8/8'])(
    'refuses "%s"',
    (text) => {
      expect(readCidr(text)).toBeNull()
    },
  )
})
