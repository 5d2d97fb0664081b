import { counted } from '../inbox/format.ts'
import { wordsOf, type Look } from '../inbox/words.ts'
import type { Topic, TopicSubscription } from './client.ts'

/** `1,204 devices · 3 still to be told · 1 failed` */
export function sizeOf({ subscribers, counts }: Topic): string {
  const waiting = counts.subscribing + counts.unsubscribing
  return [
    counted(subscribers, 'device'),
    ...(waiting === 0 ? [] : [`${waiting.toLocaleString('en')} still to be told`]),
    ...(counts.failed === 0 ? [] : [`${counts.failed.toLocaleString('en')} failed`]),
  ].join(' · ')
}

const LOOKS: Readonly<Record<TopicSubscription['state'], Look>> = {
  subscribing: { word: 'Subscribing', tone: 'wait', shape: 'clock' },
  subscribed: { word: 'Subscribed', tone: 'ok', shape: 'check' },
  unsubscribing: { word: 'Unsubscribing', tone: 'wait', shape: 'clock' },
  unsubscribed: { word: 'Unsubscribed', tone: 'mute', shape: 'dash' },
  failed: { word: 'Failed', tone: 'fail', shape: 'square' },
}

export function lookOfState({ state }: Pick<TopicSubscription, 'state'>): Look {
  return LOOKS[state]
}

/** Where it stands: `Here alone`, or the provider that was told. */
export function placeOfOne({ provider, reason }: Pick<TopicSubscription, 'provider' | 'reason'>): string {
  const where = provider === 'sandbox' ? 'Here alone' : provider
  return reason === null ? where : `${where} · ${wordsOf(reason)}`
}
