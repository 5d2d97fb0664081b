import { sign } from '../../../src/fakes/twilio/callbacks.ts'
import { conformsAsSmsProvider } from '../conformance.ts'
import { contact, PUBLIC_URL, setTwilioStage } from './stage.ts'

conformsAsSmsProvider('Twilio', async () => {
  const { fake, provider, close } = await setTwilioStage({}, {}, { headersMs: 5_000, totalMs: 5_000 })
  return {
    provider,
    close,
    accepted: 'sent',
    contacts: {
      accepted: contact('+201009129288'),
      refusedForGood: contact('+15005550001'),
      throttled: contact('+15007010000'),
      uncertain: contact('+15007120000'),
      hanging: contact('+15007140000'),
    },
    callback: () => {
      const url = `${PUBLIC_URL}/callbacks/twilio/status?attempt=7.1`
      const form = new URLSearchParams({ MessageSid: `SM${'a'.repeat(32)}`, MessageStatus: 'delivered' })
      const headers = { 'x-twilio-signature': sign(fake.authToken, url, form) }
      return { url, headers, body: Buffer.from(form.toString()) }
    },
  }
})
