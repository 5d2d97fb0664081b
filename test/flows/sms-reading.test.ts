import { expect, test } from 'vitest'
import { TidingsError } from '../../src/domain/errors.ts'
import { checkTlvs } from '../../src/flows/sms/sms-reading.ts'

test('a parameter that is none is refused with its tag, cut where it is long', () => {
  expect(() => checkTlvs({ '0x1400': 'text', '0x1401': 'hex:00' })).not.toThrow()
  for (const [tag, shown] of [
    ['0x0424', '0x0424'],
    ['x'.repeat(9_000), 'x'.repeat(64)],
  ] as const) {
    let refusal: unknown = null
    try {
      checkTlvs({ [tag]: 'text' })
    } catch (error) {
      refusal = error
    }
    expect(refusal).toBeInstanceOf(TidingsError)
    expect(refusal).toMatchObject({ code: 'invalid_request', details: [{ path: `tlvs[${JSON.stringify(shown)}]` }] })
  }
})
