import { contactOf } from '../../../src/conformance/stage.ts'
import { sign } from '../../../src/fakes/vonage/signature.ts'
import { conformsAsSmsProvider } from '../conformance.ts'
import { PUBLIC_URL, setVonageStage, vonageWith } from './stage.ts'

const HANGING = contactOf('+15007140000')

conformsAsSmsProvider('Vonage', async () => {
  let submissions = 0
  const { fake, options, provider, close } = await setVonageStage({
    script: (to) => (to === HANGING.slice(1) ? { link: 'hang' } : null),
    onRequest: ({ method }) => void (submissions += method === 'POST' ? 1 : 0),
  })
  const signed = (path: string, fields: Record<string, string>) => {
    const sig = sign(fields, fake.signatureSecret, 'sha256')
    const headers = { 'content-type': 'application/json' }
    const url = `${PUBLIC_URL}/callbacks/vonage/${path}`
    return { url, headers, body: Buffer.from(JSON.stringify({ ...fields, sig })) }
  }
  return {
    provider,
    close,
    accepted: 'sent',
    contacts: {
      accepted: contactOf('+201009129288'),
      refusedForGood: contactOf('+15006000070'),
      throttled: contactOf('+15007010000'),
      uncertain: contactOf('+15007120000'),
      hanging: HANGING,
    },
    callback: () =>
      signed('status', { messageId: '0A0000001234567B', msisdn: '201009129288', status: 'delivered', 'err-code': '0' }),
    inbound: () =>
      signed('inbound', {
        messageId: '0B00000012',
        msisdn: '201009129288',
        to: '15005550006',
        text: 'Stop',
        type: 'text',
      }),
    submissions: () => submissions,
    withWrongKey: () => vonageWith({ ...options, apiSecret: 'another-secret' }),
    withNobody: () => vonageWith({ ...options, baseUrl: 'http://127.0.0.1:1' }),
    impatient: () => vonageWith(options, { headersMs: 200 }),
    secrets: [options.apiSecret, fake.signatureSecret],
  }
})
