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
  const open = useOpen(item)
  return (
    <article class="banner-row" data-chosen={isChosen && !isAlone} onClick={open}>
      <Banner at={item.created_at} title={item.title} image={item.image} data={item.data}>
        <Text item={item} />
      </Banner>
      <ToFacts item={item} isChosen={isChosen} />
    </article>
  )
}

interface Words extends Extras {
  /** RFC 3339. */
  readonly at: string
  readonly title: string
  /** Its text. */
  readonly children: JSX.Element
}

/** What a push looks like, without the phone. */
export function Banner({ at, title, image, data, children }: Words): JSX.Element {
  const [isOpen, setOpen] = useState(false)
  return (
    <div class="banner" data-open={isOpen}>
      <div class="banner-head">
        <span class="app" aria-hidden="true" />
        <span class="app-name">Your app</span>
        <time dateTime={at}>{minuteOf(at)}</time>
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
        {title}
      </p>
      {children}
      {isOpen && <Inside image={image} data={data} />}
    </div>
  )
}

type Extras = Pick<Item, 'image' | 'data'>

/** What a closed banner does not show. Pictures are named, not loaded: this page asks nobody but its own service. */
function Inside({ image, data }: Extras): JSX.Element {
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
