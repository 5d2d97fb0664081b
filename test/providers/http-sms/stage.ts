import type { SmsProvider } from '../../../src/domain/provider.ts'
import { type FakeHttpSms, type FakeHttpSmsOptions, startFakeHttpSms } from '../../../src/fakes/http-sms.ts'
import { createHttpCall, type HttpCallOptions } from '../../../src/providers/http-call.ts'
import { createHttpSms } from '../../../src/providers/http-sms.ts'
import { readHttpSms } from '../../../src/providers/http-sms/read.ts'
import type { HttpSmsOptions } from '../../../src/providers/http-sms/requests.ts'
import type { HttpSmsSettings } from '../../../src/providers/http-sms/settings.ts'
import { blocksOf } from '../../support/documents.ts'

export const PUBLIC_URL = 'https://tidings.example'

export interface HttpSmsStage {
  readonly fake: FakeHttpSms
  readonly options: HttpSmsOptions
  readonly provider: SmsProvider
  readonly close: () => Promise<void>
}

/** The example of the documentation, at the look-alike of the provider it describes. */
export async function setHttpSmsStage(fakeOptions: FakeHttpSmsOptions = {}): Promise<HttpSmsStage> {
  const fake = await startFakeHttpSms({ callbackRetryMs: 1, ...fakeOptions })
  const options = { name: 'regional', settings: settingsOf(exampleAt(fake.url), envOf(fake)), publicUrl: null }
  const provider = httpSmsWith(options)
  const close = async () => {
    await provider.close()
    await fake.close()
  }
  return { fake, options, provider, close }
}

export function httpSmsWith(options: HttpSmsOptions, limits: Partial<HttpCallOptions> = {}): SmsProvider {
  return createHttpSms(options, { call: createHttpCall({ connections: 8, ...limits }), now: () => new Date() })
}

/** The file of the documentation, with another host. */
export function exampleAt(url: string): Record<string, unknown> {
  const [example] = blocksOf('docs/http-sms.md').filter((block) => block.language === 'json')
  const text = (example?.text ?? '').replaceAll('https://sms.regional.example', url)
  return JSON.parse(text) as Record<string, unknown>
}

export function envOf({ apiKey, secret }: Pick<FakeHttpSms, 'apiKey' | 'secret'>): Readonly<Record<string, string>> {
  return { REGIONAL_SMS_KEY: apiKey, REGIONAL_SMS_SECRET: secret }
}

export function settingsOf(file: unknown, env: Readonly<Record<string, string>> = {}): HttpSmsSettings {
  const reading = readHttpSms(file, (name) => env[name] ?? null)
  if ('settings' in reading) return reading.settings
  throw new Error(reading.faults.map(({ path, problem }) => `${path} ${problem}`).join('; '))
}
