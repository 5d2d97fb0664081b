import type { SmsRouter } from '../../src/domain/routing.ts'

/** Everything goes through one provider. */
export function onlyThrough(provider: string): Pick<SmsRouter, 'choose'> {
  const reason = 'It is the provider that is set for this channel.'
  return { choose: ({ sender }) => ({ provider, sender, pricePerSegment: null, price: null, reason }) }
}
