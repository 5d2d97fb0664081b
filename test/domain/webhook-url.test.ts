import { describe, expect, it } from 'vitest'
import { readCidr } from '../../src/domain/public-address.ts'
import { readWebhookUrl, type WebhookUrlRules } from '../../src/domain/webhooks/webhook-url.ts'

const STRICT: WebhookUrlRules = { allowHttp: false, allowedPrivate: [] }

function rules(allowHttp: boolean, ...blocks: string[]): WebhookUrlRules {
  return { allowHttp, allowedPrivate: blocks.map(readCidr).filter((cidr) => cidr !== null) }
}

describe('readWebhookUrl', () => {
  it.each([
    'https://hooks.example.com/tidings?a=1',
    'https://hooks.example.com:8443/',
    'https://hooks.example.com:1024/',
    'https://93.184.216.34/',
    'https://[2606:2800:220:1::1]/',
    'https://bücher.example/',
  ])('takes %s', (text) => {
    expect(readWebhookUrl(text, STRICT)).toMatchObject({ kind: 'url' })
  })

  it.each([
    ['hooks.example.com', /not an absolute URL/],
    ['/hooks', /not an absolute URL/],
    ['https://', /not an absolute URL/],
    [' https://hooks.example.com/', /not an absolute URL/],
    ['https://hooks.exa\tmple.com/', /not an absolute URL/],
    ['https:\\\\hooks.example.com', /not an absolute URL/],
    [`https://hooks.example.com/${'a'.repeat(2_048)}`, /not an absolute URL/],
    [`https://hooks.example.com/${'ü'.repeat(1_000)}`, /not an absolute URL/],
    ['http://hooks.example.com/', /not https/],
    ['ftp://hooks.example.com/', /neither https nor http/],
    ['file:///etc/passwd', /neither https nor http/],
    ['gopher://127.0.0.1:6379/_x', /neither https nor http/],
    ['javascript:alert(1)', /neither https nor http/],
    ['https://user@hooks.example.com/', /name or a password/],
    ['https://:secret@hooks.example.com/', /name or a password/],
    ['https://hooks.example.com:22/', /port 22/],
    ['https://hooks.example.com:6379/', /port 6379/],
    ['https://hooks.example.com:0/', /port 0/],
    ['https://127.0.0.1/', /not public/],
    ['https://0x7f.1/', /not public/],
    ['https://2130706433/', /not public/],
    ['https://[::1]/', /not public/],
    ['https://localhost/', /not public/],
    ['https://localhost./', /not public/],
    ['https://api.LOCALHOST/', /not public/],
    ['https://169.254.169.254/latest/meta-data/', /not public/],
  ])('refuses %s', (text, problem) => {
    expect(readWebhookUrl(text, STRICT)).toMatchObject({
      kind: 'refused',
      problem: expect.stringMatching(problem) as string,
    })
  })

  it('names the setting that would allow it', () => {
    expect(readWebhookUrl('http://hooks.example.com/', STRICT)).toMatchObject({
      fix: expect.stringContaining('WEBHOOKS_ALLOW_HTTP=on') as string,
    })
    expect(readWebhookUrl('https://localhost:4000/', STRICT)).toMatchObject({
      fix: expect.stringContaining('WEBHOOKS_ALLOW_PRIVATE=127.0.0.1,::1') as string,
    })
  })

  it('takes what the operator allows', () => {
    expect(readWebhookUrl('http://localhost:4000/hooks', rules(true, '127.0.0.1', '::1'))).toMatchObject({
      kind: 'url',
    })
    expect(readWebhookUrl('http://10.1.2.3/', rules(true, '10.0.0.0/8'))).toMatchObject({ kind: 'url' })
    expect(readWebhookUrl('http://10.1.2.3/', rules(true, '10.2.0.0/16'))).toMatchObject({ kind: 'refused' })
  })
})
