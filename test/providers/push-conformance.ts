import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PUSH_PROMISES } from '../../src/conformance/push-provider.ts'
import type { PushStage } from '../../src/conformance/push-stage.ts'

export type { PushStage } from '../../src/conformance/push-stage.ts'

/** What every PushProvider promises. */
export function conformsAsPushProvider(name: string, setStage: () => Promise<PushStage>): void {
  describe(`${name} as a push provider`, () => {
    let stage: PushStage
    beforeAll(async () => {
      stage = await setStage()
    })
    afterAll(() => stage.close())

    it.each(PUSH_PROMISES)('$name', async ({ keep }) => {
      const unseen = await keep(stage)
      expect(unseen === null || unseen.length > 0).toBe(true)
    })
  })
}
