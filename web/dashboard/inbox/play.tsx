import { useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { usePage } from '../page.ts'
import type { Item } from './item.ts'

/** What can be played, as the API names it, and as a person would. */
const LIVES: Readonly<Record<Item['channel'], readonly (readonly [string, string])[]>> = {
  sms: [
    ['delivered', 'Delivered'],
    ['phone_off', 'Phone off'],
    ['blocked', 'Blocked'],
  ],
  push: [],
}

/** Gives a captured message the life it would have had. */
export function Play({ item }: { readonly item: Item }): JSX.Element | null {
  const { inbox } = usePage()
  const [playing, setPlaying] = useState<string | null>(null)
  const [refusal, setRefusal] = useState<string | null>(null)
  const lives = LIVES[item.channel]
  if (lives.length === 0 || item.status !== 'captured') return null
  const play = (life: string): void => {
    setPlaying(life)
    setRefusal(null)
    inbox
      .play(item.id, life)
      .catch((error: unknown) => setRefusal(error instanceof Error ? error.message : 'The service does not answer'))
      .finally(() => setPlaying(null))
  }
  return (
    <section class="part" aria-labelledby="play-title">
      <h3 id="play-title">Play what a carrier would report</h3>
      <div class="actions">
        {lives.map(([life, name]) => (
          <button key={life} type="button" class="button" disabled={playing !== null} onClick={() => play(life)}>
            {playing === life ? 'Playing…' : name}
          </button>
        ))}
      </div>
      {refusal !== null && <p role="alert">{refusal}</p>}
    </section>
  )
}
