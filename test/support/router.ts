import type { SmsRouter } from '../../src/domain/routing.ts'

/** Everything goes through one provider. */
export function onlyThrough(provider: string): Pick<SmsRouter, 'choose' | 'take'> {
  const reason = 'It is the provider that is set for this channel.'
  const only = { provider, kind: 'first', pricePerSegment: null, price: null, reason } as const
  return { choose: ({ sender, country }) => ({ ...only, sender, country }), take: () => () => undefined }
}
