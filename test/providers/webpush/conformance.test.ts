import type { PushTarget } from '../../../src/domain/provider.ts'
import { startFakeWebPush } from '../../../src/fakes/webpush.ts'
import type { FakeSubscription } from '../../../src/fakes/webpush/subscriptions.ts'
import { conformsAsPushProvider, type PushStage } from '../push-conformance.ts'
import { KEYS, openRig, toSubscription } from './rig.ts'

/** A push service that refuses a key holds its own browsers alone, and never the way: of keys another suite tells. */
async function setStage(): Promise<PushStage> {
  const fake = await startFakeWebPush()
  const { provider, add } = openRig()
  const [gone, hanging] = [fake.subscribe(), fake.subscribe()]
  fake.script([
    { when: { id: idOf(gone) }, play: { status: 410 } },
    { when: { id: idOf(hanging) }, play: { link: 'hang', lose: true } },
  ])
  const browsers: PushTarget[] = []
  const target = (subscription: FakeSubscription): PushTarget => ({ kind: 'token', value: add(subscription) })
  const nobody = { ...toSubscription(gone), endpoint: 'http://127.0.0.1:1/push/1' }
  const impatient = openRig({ totalMs: 200 })
  impatient.add(hanging)
  return {
    provider,
    targets: {
      accepted: (index) => (browsers[index] ??= target(fake.subscribe())),
      gone: target(gone),
      hanging: target(hanging),
      turnedAway: null,
    },
    requests: fake.asked,
    taken: () => fake.pushes().length,
    withNobody: () => openRig({ find: async (names) => new Map(names.map((name) => [name, nobody])) }).provider,
    impatient: () => impatient.provider,
    secrets: [KEYS.privateKey, 'vapid t=', idOf(gone), gone.keys.auth],
    close: () => fake.close(),
  }
}

function idOf({ endpoint }: FakeSubscription): string {
  return endpoint.split('/').at(-1) ?? ''
}

conformsAsPushProvider('Web Push', setStage)
