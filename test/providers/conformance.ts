import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SMS_PROMISES } from '../../src/conformance/sms-provider.ts'
import type { SmsStage } from '../../src/conformance/stage.ts'

export { smsTo } from '../../src/conformance/stage.ts'
export type { SmsStage } from '../../src/conformance/stage.ts'

/** What every SmsProvider promises. */
export function conformsAsSmsProvider(name: string, setStage: () => Promise<SmsStage>): void {
  describe(`${name} as an SMS provider`, () => {
    let stage: SmsStage
    beforeAll(async () => {
      stage = await setStage()
    })
    afterAll(() => stage.close())

    it('believes no body but the genuine one', () => {
      const genuine = stage.callback?.() ?? {
        url: 'https://tidings.example/callbacks/x/status',
        headers: {},
        body: Buffer.of(),
      }
      fc.assert(
        fc.property(fc.uint8Array(), (bytes) => {
          const body = Buffer.from(bytes)
          fc.pre(!body.equals(genuine.body))
          expect(stage.provider.readCallback({ ...genuine, body }).kind).not.toBe('receipts')
        }),
      )
    })

    it.each(SMS_PROMISES)('$name', async ({ keep }) => {
      const unseen = await keep(stage)
      expect(unseen === null || unseen.length > 0).toBe(true)
    })
  })
}
