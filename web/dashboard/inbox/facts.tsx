import { useEffect, useRef } from 'preact/hooks'
import type { ComponentChildren, JSX } from 'preact'
import { usePage } from '../page.ts'
import { Badge, Command, CopyButton } from '../parts.tsx'
import { writeAddress } from './address.ts'
import { sameAgain, waitForNext } from './curl.ts'
import { duration, timeOf } from './format.ts'
import { threadOf, type Item } from './item.ts'
import { Play } from './play.tsx'
import { ThreadName } from './recipient.tsx'
import { isHidden } from './stage.tsx'
import { TextFacts } from './text-facts.tsx'
import { Timeline } from './timeline.tsx'
import { useAddress } from './use-address.ts'
import { outcomeOf, verdictOf } from './words.ts'

/** The right column: what became of the message, and what can be known about it. */
export function Facts({ item, onTouch }: { readonly item: Item | null; readonly onTouch: () => void }): JSX.Element {
  return (
    <section class="facts" aria-label="About this message" onPointerDown={onTouch} onKeyDown={onTouch}>
      {item !== null && <About key={item.id} item={item} />}
    </section>
  )
}

function About({ item }: { readonly item: Item }): JSX.Element {
  const { origin } = usePage()
  const wait = waitForNext(origin, item)
  return (
    <>
      <BackToPhone item={item} />
      <Answer item={item} />
      <Play item={item} />
      <Part title="What happened">
        <Timeline item={item} />
      </Part>
      <Part title="Details">
        <TextFacts item={item} />
      </Part>
      <Command
        title={item.channel === 'push' && item.to === null && item.topic === null ? 'Its devices, as curl' : 'As curl'}
        text={sameAgain(origin, item)}
      />
      {wait !== null && <Command title="In a test: wait for the next one" text={wait} />}
    </>
  )
}

function BackToPhone({ item }: { readonly item: Item }): JSX.Element {
  const [address] = useAddress()
  return (
    <a class="back" href={writeAddress({ ...address, thread: address.thread ?? threadOf(item), item: null })}>
      <ThreadName item={item} thread={address.thread} />
    </a>
  )
}

function Answer({ item }: { readonly item: Item }): JSX.Element {
  const [address] = useAddress()
  const title = useRef<HTMLHeadingElement>(null)
  const { answer, because } = verdictOf(item, tookOf(item))
  useEffect(() => {
    if (address.item !== null && isHidden('.stage')) title.current?.focus()
  }, [address.item])
  return (
    <header class="answer">
      <p role="status">
        <Badge look={outcomeOf(item)} />
      </p>
      <h2 ref={title} tabIndex={-1}>
        {answer}
      </h2>
      <p>{because}</p>
      <div class="actions">
        {item.code !== null && (
          <CopyButton text={item.code} label={`Copy code ${item.code}`} className="button primary copies-code">
            Copy code <span class="mono">{item.code}</span>
          </CopyButton>
        )}
        <CopyButton text={`${answer} ${because}`} label="Copy answer">
          Copy answer
        </CopyButton>
      </div>
    </header>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <section class="part">
      <h3>{title}</h3>
      {children}
    </section>
  )
}

function tookOf({ created_at, updated_at }: Item): string {
  return `at ${timeOf(updated_at)}, ${duration(Date.parse(updated_at) - Date.parse(created_at))}`
}
