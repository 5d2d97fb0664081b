import type { SmsProvider } from '../../../src/domain/provider.ts'
import { type FakeVonage, type FakeVonageOptions, startFakeVonage } from '../../../src/fakes/vonage.ts'
import { createHttpCall, type HttpCallOptions } from '../../../src/providers/http-call.ts'
import { createVonage } from '../../../src/providers/vonage.ts'
import type { VonageOptions } from '../../../src/providers/vonage/options.ts'

export const PUBLIC_URL = 'https://tidings.example'
export const FROM = '15005550006'

export interface VonageStage {
  readonly fake: FakeVonage
  readonly options: VonageOptions
  readonly provider: SmsProvider
  readonly close: () => Promise<void>
}

export async function setVonageStage(
  fakeOptions: FakeVonageOptions = {},
  more: Partial<VonageOptions> = {},
): Promise<VonageStage> {
  const fake = await startFakeVonage({ callbackRetryMs: 1, ...fakeOptions })
  const options = { ...optionsFor(fake), ...more }
  const provider = vonageWith(options)
  const close = async () => {
    await provider.close()
    await fake.close()
  }
  return { fake, options, provider, close }
}

export function vonageWith(options: VonageOptions, limits: Partial<HttpCallOptions> = {}): SmsProvider {
  return createVonage(options, { call: createHttpCall({ connections: 8, ...limits }), now: () => new Date() })
}

export function optionsFor({ apiKey, apiSecret, signatureSecret, url }: FakeVonage): VonageOptions {
  return { apiKey, apiSecret, signatureSecret, from: FROM, baseUrl: url, publicUrl: null }
}
