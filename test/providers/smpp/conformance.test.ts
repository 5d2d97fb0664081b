import { pino } from 'pino'
import type { SmsProvider } from '../../../src/domain/provider.ts'
import { startFakeSmsc } from '../../../src/fakes/smsc.ts'
import { createSmpp } from '../../../src/providers/smpp/provider.ts'
import { until } from '../../support/until.ts'
import { conformsAsSmsProvider } from '../conformance.ts'
import { contact } from '../twilio/stage.ts'
import { after, optionsOf } from './stage.ts'

conformsAsSmsProvider('SMPP', async () => {
  const fake = await startFakeSmsc()
  const options = optionsOf(`smpp://look-alike:secret08@127.0.0.1:${fake.port}`)
  let waitedMs = 0
  const smpp = createSmpp(
    { ...options, name: 'smpp' },
    {
      log: pino({ level: 'silent' }),
      monotonic: () => performance.now() + waitedMs,
      chance: () => 0,
      after,
      takeReceipt: async () => undefined,
      takeInbound: async () => undefined,
      takeUnreadable: async () => undefined,
    },
  )
  smpp.binds?.hold([0])
  await until(() => smpp.window > 0)
  // As a lane does: it waits for as long as it is told to, and submits nothing while nothing is bound.
  const provider: SmsProvider = {
    ...smpp,
    async submit(sms, signal) {
      await until(() => smpp.window > 0)
      const outcome = await smpp.submit(sms, signal)
      if (outcome.kind === 'refused' && outcome.failure.class === 'throttled') waitedMs += outcome.failure.waitMs ?? 0
      return outcome
    },
  }
  return {
    provider,
    accepted: 'sent',
    contacts: {
      accepted: contact('+201009129288'),
      refusedForGood: contact('+15006000110'),
      throttled: contact('+15007010000'),
      uncertain: contact('+15007120000'),
      hanging: contact('+15007140000'),
    },
    callback: null,
    async close() {
      await provider.close()
      await fake.close()
    },
  }
})
