import { contactOf } from '../../../src/conformance/stage.ts'
import { sign } from '../../../src/fakes/http-sms/webhooks.ts'
import { conformsAsSmsProvider } from '../conformance.ts'
import { envOf, exampleAt, httpSmsWith, PUBLIC_URL, setHttpSmsStage, settingsOf } from './stage.ts'

const HANGING = contactOf('+15007140000')

conformsAsSmsProvider('A provider from a file', async () => {
  let submissions = 0
  const { fake, options, provider, close } = await setHttpSmsStage({
    script: (to) => (to === HANGING.slice(1) ? { link: 'hang' } : null),
    onRequest: ({ method }) => void (submissions += method === 'POST' ? 1 : 0),
  })
  const other = (url: string, apiKey = fake.apiKey) =>
    httpSmsWith({ ...options, settings: settingsOf(exampleAt(url), envOf({ ...fake, apiKey })) })
  const signed = (path: string, event: Record<string, string>) => {
    const body = JSON.stringify({ events: [event] })
    const url = `${PUBLIC_URL}/callbacks/regional/${path}`
    return { url, headers: { 'x-signature': sign(fake.secret, body) }, body: Buffer.from(body) }
  }
  return {
    provider,
    close,
    accepted: 'sent',
    contacts: {
      accepted: contactOf('+201009129288'),
      refusedForGood: contactOf('+15006001020'),
      throttled: contactOf('+15007010000'),
      uncertain: contactOf('+15007120000'),
      hanging: HANGING,
    },
    callback: () => signed('status', { id: 'R-1', reference: '7.1', state: 'DELIVERED', to: '201009129288' }),
    inbound: () => signed('inbound', { id: 'R-2', from: '201009129288', to: '15005550006', text: 'Stop' }),
    submissions: () => submissions,
    withWrongKey: () => other(fake.url, 'another-key'),
    withNobody: () => other('http://127.0.0.1:1'),
    impatient: () => httpSmsWith(options, { headersMs: 200 }),
    secrets: [fake.apiKey, fake.secret],
  }
})
