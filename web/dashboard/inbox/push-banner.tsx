import { useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { minuteOf } from './format.ts'
import type { Item } from './item.ts'
import { ToFacts, useOpen } from './sms-bubble.tsx'
import { Text } from './text.tsx'

interface BannerProps {
  readonly item: Item
  readonly isChosen: boolean
  readonly isAlone: boolean
}

/** One push on the phone: closed as it comes in, open as a person would pull it down. */
export function PushBanner({ item, isChosen, isAlone }: BannerProps): JSX.Element {
  const [isOpen, setOpen] = useState(false)
  const open = useOpen(item)
  return (
    <article class="banner-row" data-chosen={isChosen && !isAlone} onClick={open}>
      <div class="banner" data-open={isOpen}>
        <div class="banner-head">
          <span class="app" aria-hidden="true" />
          <span class="app-name">Your app</span>
          <time dateTime={item.created_at}>{minuteOf(item.created_at)}</time>
          <button
            type="button"
            class="pull"
            aria-expanded={isOpen}
            aria-label={isOpen ? 'Close the banner' : 'Open the banner'}
            onClick={() => setOpen(!isOpen)}
          >
            <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
              <path d="m2.5 4.5 3.5 3.5 3.5-3.5" class="line strong" />
            </svg>
          </button>
        </div>
        <p class="banner-title" dir="auto">
          {item.title}
        </p>
        <Text item={item} />
        {isOpen && <Inside item={item} />}
      </div>
      <ToFacts item={item} isChosen={isChosen} />
    </article>
  )
}

/** What a closed banner does not show. Pictures are named, not loaded: this page asks nobody but its own service. */
function Inside({ item: { image, data } }: { readonly item: Item }): JSX.Element {
  const entries = Object.entries(data ?? {})
  return (
    <>
      {image !== null && (
        <p class="picture">
          A picture from <bdi class="mono">{hostOf(image)}</bdi>, not loaded here
        </p>
      )}
      {entries.length > 0 && (
        <dl class="data">
          {entries.map(([name, value]) => (
            <div key={name}>
              <dt>
                <bdi>{name}</bdi>
              </dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </>
  )
}

function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : 'somewhere'
}
