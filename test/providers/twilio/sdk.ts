import twilio from 'twilio'
import type { FakeTwilio } from '../../../src/fakes/twilio.ts'

/** The official client, its requests led to the look-alike. */
export function officialClient(fake: FakeTwilio, apiKey?: { sid: string; secret: string }): twilio.Twilio {
  const httpClient = new twilio.RequestClient()
  const send = httpClient.request.bind(httpClient)
  httpClient.request = (options) => send({ ...options, uri: options.uri.replace('https://api.twilio.com', fake.url) })
  const [user, password] = apiKey === undefined ? [fake.accountSid, fake.authToken] : [apiKey.sid, apiKey.secret]
  return twilio(user, password, { accountSid: fake.accountSid, httpClient })
}
