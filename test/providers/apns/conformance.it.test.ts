import { startFakeApns } from '../../../src/fakes/apns.ts'
import type { Script } from '../../../src/fakes/apns/script.ts'
import { refusalOf } from '../../../src/fakes/apns/reasons.ts'
import { conformsAsPushProvider, type PushStage } from '../push-conformance.ts'
import { device, deviceToken, openApns } from './rig.ts'

const [GONE, HANGING, TURNED_AWAY] = [900_001, 900_002, 900_003] as const

const PLAYED = new Map<string, (seen: number) => Script | null>([
  [deviceToken(GONE), () => ({ kind: 'refusal', refusal: refusalOf('Unregistered') })],
  [deviceToken(HANGING), () => ({ kind: 'hang' })],
  [deviceToken(TURNED_AWAY), (seen) => (seen === 0 ? { kind: 'goaway', code: 0 } : null)],
])

async function setStage(): Promise<PushStage> {
  let requests = 0
  const fake = await startFakeApns({
    script: (push, seen) => PLAYED.get(push.device)?.(seen) ?? null,
    onRequest: () => void (requests += 1),
  })
  return {
    provider: openApns(fake),
    targets: { accepted: device, gone: device(GONE), hanging: device(HANGING), turnedAway: device(TURNED_AWAY) },
    requests: () => requests,
    taken: fake.accepted,
    withWrongKey: () => openApns(fake, { keyId: 'ANOTHERKEY' }),
    withNobody: () => openApns(fake, { pool: { origin: 'http://127.0.0.1:1' } }),
    impatient: () => openApns(fake, { pool: { requestMs: 200 } }),
    secrets: [fake.key.key, 'bearer', 'eyJ'],
    close: () => fake.close(),
  }
}

conformsAsPushProvider('APNs', setStage)
