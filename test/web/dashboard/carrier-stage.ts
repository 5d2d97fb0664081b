// Nobody awaits a route.
/* oxlint-disable unicorn/no-thenable */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startFakeSmsc, type FakeSmsc } from '../../../src/fakes/smsc.ts'
import { startFakeTwilio } from '../../../src/fakes/twilio.ts'
import { until } from '../../support/until.ts'
import { openService, type Service } from './stage.ts'

/** A service that sends: through a carrier that takes long messages part by part, and, to Germany, through a provider that refuses our account. */
export interface LiveStage {
  readonly service: Service
  readonly carrier: FakeSmsc
  /** Sends one SMS; resolves with its id once it has one of these statuses. */
  sent(contact: string, message: string, ...statuses: readonly string[]): Promise<number>
  /** Somebody texts a number of ours. */
  text(from: string, message: string): Promise<void>
  close(): Promise<void>
}

export const OURS = '+15005550006'

/** `settings`: variables beside those that let it send. */
export async function openLiveStage(settings: Readonly<Record<string, string>> = {}): Promise<LiveStage> {
  const carrier = await startFakeSmsc({ repeatMs: 20 })
  const locked = await startFakeTwilio({ script: () => ({ refuse: { status: 401, code: 20003 } }) })
  const directory = mkdtempSync(join(tmpdir(), 'tidings-carrier-'))
  const file = join(directory, 'routes.json')
  writeFileSync(file, JSON.stringify(routesTo(locked.accountSid, locked.url)))
  const service = await openService({
    AUTH: 'off',
    CAPS: 'off',
    PUMPING: 'off',
    QUIET_HOURS: 'off',
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    ROUTES_FILE: file,
    CARRIER_URL: `smpp://look-alike:secret08@127.0.0.1:${carrier.port}?from=%2B15005550006`,
    LOCKED_TOKEN: locked.authToken,
    ...settings,
  })
  await until(() => carrier.binds() === 1)

  async function sent(contact: string, message: string, ...statuses: readonly string[]): Promise<number> {
    const { message_id: id = 0 } = await service.sms(contact, message)
    await until(async () => {
      const { data } = (await (await fetch(`${service.url}/smss/${id}`)).json()) as { data?: { status: string } }
      return statuses.includes(data?.status ?? '')
    })
    return id
  }

  async function text(from: string, message: string): Promise<void> {
    const answers = await carrier.text(from, OURS, message)
    if (answers.some((answer) => answer !== 'ESME_ROK')) throw new Error(`the text was answered ${answers.join(', ')}`)
  }

  return {
    service,
    carrier,
    sent,
    text,
    async close() {
      await service.close()
      await Promise.all([carrier.close(), locked.close()])
      rmSync(directory, { recursive: true })
    },
  }
}

function routesTo(accountSid: string, url: string): object {
  const locked = {
    type: 'twilio',
    account_sid: accountSid,
    auth_token: { env: 'LOCKED_TOKEN' },
    from: OURS,
    base_url: url,
  }
  return {
    currency: 'EUR',
    providers: { carrier: { type: 'smpp', url: { env: 'CARRIER_URL' } }, locked },
    routes: [
      { countries: ['DE'], via: ['locked'], then: ['carrier'] },
      { via: [{ provider: 'carrier', prices: { EG: 0.021 } }] },
    ],
  }
}
