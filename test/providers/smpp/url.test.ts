import { describe, expect, test } from 'vitest'
import { readSmppUrl } from '../../../src/providers/smpp/url.ts'

const URL = 'smpp://acme:se%40cret@smsc.example:2776'

function optionsOf(text: string) {
  const reading = readSmppUrl(text)
  if (!('options' in reading)) throw new Error(`${reading.problem} ${reading.fix}`)
  return reading.options
}

function faultOf(text: string): string {
  const reading = readSmppUrl(text)
  if ('options' in reading) throw new Error('it was taken')
  return `${reading.problem} ${reading.fix}`
}

describe('SMPP_URL', () => {
  test('needs no more than an account and a host', () => {
    expect(optionsOf(URL)).toEqual({
      host: 'smsc.example',
      port: 2776,
      tls: false,
      tlsName: null,
      systemId: 'acme',
      password: 'se@cret',
      systemType: '',
      bind: 'transceiver',
      binds: 1,
      window: 10,
      sourceTon: null,
      sourceNpi: null,
      charset: 'gsm7',
      messageIds: 'same',
      perSecond: null,
      udh: '8',
      receipts: 'all',
      sender: null,
      validitySeconds: null,
      tlvs: {},
    })
  })

  test('says everything in its parameters', () => {
    const query =
      'bind=separate&binds=4&window=1000&source_ton=5&source_npi=0&charset=latin1&message_id=hex-dec&per_second=50&udh=16&receipts=last' +
      '&system_type=VMA&from=%2B15005550006&validity=172800&tls&tls_name=sms.example&tlv_1400=1101&tlv_0x1401=hex:0a0B'
    expect(optionsOf(`${URL}?${query}`)).toMatchObject({
      tls: true,
      tlsName: 'sms.example',
      systemType: 'VMA',
      bind: 'separate',
      binds: 4,
      window: 1000,
      sourceTon: 5,
      sourceNpi: 0,
      charset: 'latin1',
      messageIds: 'hex-dec',
      perSecond: 50,
      udh: '16',
      receipts: 'last',
      sender: '+15005550006',
      validitySeconds: 172_800,
      tlvs: { '0x1400': '1101', '0x1401': 'hex:0a0B' },
    })
  })

  test('has a port and TLS by its scheme', () => {
    expect(optionsOf('smpp://a:b@h')).toMatchObject({ port: 2775, tls: false })
    expect(optionsOf('ssmpp://a:b@h')).toMatchObject({ port: 3550, tls: true })
    expect(optionsOf('smpps://a:b@[2001:db8::1]:2776')).toMatchObject({ host: '2001:db8::1', port: 2776, tls: true })
    expect(optionsOf('smpp://a:b@h?tls=on')).toMatchObject({ tls: true })
    expect(optionsOf('smpp://a:b@h?tls=off')).toMatchObject({ tls: false })
  })

  test('takes a sender whose plus is written as one', () => {
    expect(optionsOf(`${URL}?from=+15005550006`).sender).toBe('+15005550006')
    expect(optionsOf(`${URL}?from=TIDINGS`).sender).toBe('TIDINGS')
    expect(optionsOf(`${URL}?from=12345`).sender).toBe('12345')
  })

  test.each([
    ['http://a:b@h', 'begins with smpp://'],
    ['smsc.example', 'begins with smpp://'],
    ['smpp://h', 'names no system_id'],
    ['smpp://a:b@', 'begins with smpp://'],
    ['smpp://a:123456789@h', 'at most 8 characters'],
    ['smpp://a234567890123456:b@h', 'at most 15 characters'],
    ['smpp://a:b%ZZ@h', '%25'],
    ['smpp://a:b@h/path', '%2F'],
    ['smpp://a:b@h#x', '%23'],
    ['smpp://a:b@h:0', 'the port 0'],
    [`${URL}?window=0`, 'from 1 to 1000'],
    [`${URL}?window=1001`, 'from 1 to 1000'],
    [`${URL}?window=ten`, 'from 1 to 1000'],
    [`${URL}?windw=10`, 'Did you mean `window`?'],
    [`${URL}?nonsense=10`, 'nobody knows'],
    [`${URL}?window=1&window=2`, '2 times'],
    [`${URL}?bind=both`, 'transceiver, separate'],
    [`${URL}?charset=utf8`, 'gsm7, latin1'],
    [`${URL}?tls=maybe`, '`on` or `off`'],
    ['ssmpp://a:b@h?tls=off', 'smpp:// for no TLS'],
    [`${URL}?tls_name=x`, 'without TLS'],
    [`${URL}?from=a_very_long_name`, 'no sender'],
    [`${URL}?system_type=1234567890123`, 'at most 12 characters'],
    [`${URL}?tlv_1400=`, 'tlv_1400 to tlv_3fff'],
    [`${URL}?tlv_1300=1`, 'tlv_1400 to tlv_3fff'],
    [`${URL}?tlv_1400=hex:0`, 'tlv_1400 to tlv_3fff'],
    [`${URL}?source_ton=300`, 'from 0 to 255'],
    [`${URL}?validity=5`, 'from 60 to'],
  ])('%s is refused, with what to do', (text, words) => {
    expect(faultOf(text)).toContain(words)
  })

  test('never shows its password', () => {
    for (const text of [
      'smpp://acme:hunter22@h?window=0',
      'smpp://acme:hunter222@h',
      'smpp://acme:hunter22@h/x',
      'smpp://acme:hunt%ZZ22@h',
    ]) {
      expect(faultOf(text)).not.toMatch(/hunt/)
    }
  })
})
