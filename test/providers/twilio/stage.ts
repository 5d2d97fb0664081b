import type { Msisdn } from '../../../src/domain/contact.ts'
import type { SmsProvider } from '../../../src/domain/provider.ts'
import { type FakeTwilio, type FakeTwilioOptions, startFakeTwilio } from '../../../src/fakes/twilio.ts'
import { createHttpCall, type HttpCallOptions } from '../../../src/providers/http-call.ts'
import { createTwilio } from '../../../src/providers/twilio.ts'
import type { TwilioOptions } from '../../../src/providers/twilio/options.ts'

export const PUBLIC_URL = 'https://tidings.example'
export const FROM = '+15005550006'

export interface TwilioStage {
  readonly fake: FakeTwilio
  readonly options: TwilioOptions
  readonly provider: SmsProvider
  readonly close: () => Promise<void>
}

export async function setTwilioStage(
  fakeOptions: FakeTwilioOptions = {},
  more: Partial<TwilioOptions> = {},
  limits: Partial<HttpCallOptions> = {},
): Promise<TwilioStage> {
  const fake = await startFakeTwilio(fakeOptions)
  const options = { ...optionsFor(fake), ...more }
  const call = createHttpCall({ connections: 8, ...limits })
  const provider = createTwilio(options, { call, now: () => new Date() })
  const close = async () => {
    await provider.close()
    await fake.close()
  }
  return { fake, options, provider, close }
}

export function optionsFor(fake: Pick<FakeTwilio, 'accountSid' | 'authToken' | 'url'>): TwilioOptions {
  const { accountSid, authToken, url: baseUrl } = fake
  return { accountSid, authToken, apiKey: null, sender: { kind: 'from', from: FROM }, baseUrl, publicUrl: null }
}

/** Fictional numbers only. */
export function contact(text: string): Msisdn {
  if (!isMsisdn(text)) throw new Error('not an E.164 number')
  return text
}

function isMsisdn(text: string): text is Msisdn {
  return /^\+[1-9]\d{1,14}$/.test(text)
}
