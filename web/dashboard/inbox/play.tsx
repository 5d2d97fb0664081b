import { useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { whyOf } from '../call.ts'
import { usePage } from '../page.ts'
import type { Item, Life } from './item.ts'

/** What can be played, as the API names it, and as a person would. */
const LIVES: readonly (readonly [Life, string])[] = [
  ['delivered', 'Delivered'],
  ['late', 'Late'],
  ['phone_off', 'Phone off'],
  ['blocked', 'Blocked'],
  ['refused', 'Refused'],
  ['uncertain', 'No answer'],
]

/** While one of these, a life is being played, or the message is still on its way here. */
const UNDER_WAY: readonly string[] = ['queued', 'sending', 'sent']

/** Gives a captured SMS the life it would have had; another one when that is over. */
export function Play({ item }: { readonly item: Item }): JSX.Element | null {
  const { inbox } = usePage()
  const [playing, setPlaying] = useState<string | null>(null)
  const [refusal, setRefusal] = useState<string | null>(null)
  if (item.channel !== 'sms') return null
  const isBusy = playing !== null || UNDER_WAY.includes(item.status)
  const play = (life: Life): void => {
    setPlaying(life)
    setRefusal(null)
    inbox
      .play(item.id, life)
      .catch((error: unknown) => setRefusal(whyOf(error)))
      .finally(() => setPlaying(null))
  }
  return (
    <section class="part" aria-labelledby="play-title">
      <h3 id="play-title">Play what a carrier would report</h3>
      <div class="actions">
        {LIVES.map(([life, name]) => (
          <button key={life} type="button" class="button" disabled={isBusy} onClick={() => play(life)}>
            {playing === life ? 'Playing…' : name}
          </button>
        ))}
      </div>
      {refusal !== null && <p role="alert">{refusal}</p>}
    </section>
  )
}
