import { sign } from '../../../src/fakes/twilio/callbacks.ts'
import { createHttpCall } from '../../../src/providers/http-call.ts'
import { createTwilio } from '../../../src/providers/twilio.ts'
import type { TwilioOptions } from '../../../src/providers/twilio/options.ts'
import { conformsAsSmsProvider } from '../conformance.ts'
import { contact, PUBLIC_URL, setTwilioStage } from './stage.ts'

const HANGING = contact('+15007140000')

conformsAsSmsProvider('Twilio', async () => {
  let submissions = 0
  const { fake, options, provider, close } = await setTwilioStage({
    script: (to) => (to === HANGING ? { link: 'hang' } : null),
    onRequest: ({ method }) => void (submissions += method === 'POST' ? 1 : 0),
  })
  const other = (more: Partial<TwilioOptions>, headersMs = 5_000) =>
    createTwilio(
      { ...options, ...more },
      { call: createHttpCall({ connections: 8, headersMs }), now: () => new Date() },
    )
  const signed = (path: string, fields: Record<string, string>) => {
    const url = `${PUBLIC_URL}/callbacks/twilio/${path}`
    const form = new URLSearchParams(fields)
    const headers = { 'x-twilio-signature': sign(fake.authToken, url, form) }
    return { url, headers, body: Buffer.from(form.toString()) }
  }
  return {
    provider,
    close,
    accepted: 'sent',
    contacts: {
      accepted: contact('+201009129288'),
      refusedForGood: contact('+15005550001'),
      throttled: contact('+15007010000'),
      uncertain: contact('+15007120000'),
      hanging: HANGING,
    },
    callback: () => signed('status?attempt=7.1', { MessageSid: `SM${'a'.repeat(32)}`, MessageStatus: 'delivered' }),
    inbound: () =>
      signed('inbound', { MessageSid: `SM${'b'.repeat(32)}`, From: '+201009129288', To: '+15005550006', Body: 'Stop' }),
    submissions: () => submissions,
    withWrongKey: () => other({ authToken: 'another-token' }),
    withNobody: () => other({ baseUrl: 'http://127.0.0.1:1' }),
    impatient: () => other({}, 200),
    secrets: [options.authToken],
  }
})
