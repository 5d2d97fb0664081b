import type { ComponentChildren, JSX } from 'preact'
import { MESSAGES } from '../messages/address.ts'
import { addressOfPush } from '../pushes/address.ts'
import { counted } from './format.ts'
import type { Item } from './item.ts'
import { codePointOf, isMostlyForeign, measureOf, replacementOf, unseenIn } from './measure.ts'
import { Recipient } from './recipient.tsx'
import { tallyOf } from './words.ts'

/** What can be said about the text, and what came with it. */
export function TextFacts({ item }: { readonly item: Item }): JSX.Element {
  const unseen = unseenIn(item.body)
  return (
    <dl class="rows">
      <Segments item={item} />
      <Guilty item={item} />
      {unseen.length > 0 && (
        <Fact name="Unseen characters">
          <span class="mono">{unseen.join(' ')}</span>
        </Fact>
      )}
      {item.channel === 'sms' && <Fact name="Subject">{<bdi>{item.title}</bdi>}</Fact>}
      <Fact name="To">
        {item.channel === 'push' && item.to !== null ? (
          <bdi class="mono all">{item.to}</bdi>
        ) : (
          <Recipient item={item} />
        )}
      </Fact>
      {item.counts !== null && item.targets > 1 && <Fact name="Devices">{tallyOf(item)}</Fact>}
      {item.tag !== null && <Fact name="Tag">{<bdi class="mono">{item.tag}</bdi>}</Fact>}
      <Fact name="Category">{CATEGORIES[item.category] ?? item.category}</Fact>
      <Fact name="Id">
        <Id item={item} />
      </Fact>
    </dl>
  )
}

/** Leads to all that is known of it. */
function Id({ item }: { readonly item: Item }): JSX.Element {
  const { id, message_id: sms, notification_id: push } = item
  if (sms === undefined && push === undefined) return <span class="mono">{id}</span>
  const address = push === undefined ? `${MESSAGES}/${sms}` : addressOfPush(push)
  return (
    <a class="mono" href={address}>
      {id}
    </a>
  )
}

const CATEGORIES: Readonly<Record<string, string>> = {
  otp: 'One-time code',
  transactional: 'Transactional',
  marketing: 'Marketing',
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Segments({ item }: { readonly item: Item }): JSX.Element | null {
  const measure = measureOf(item)
  if (measure === null) return null
  const { segments, encoding, used, room } = measure
  const name = encoding === 'gsm7' ? 'GSM-7' : 'UCS-2'
  return (
    <Fact name="Length">
      {counted(segments, 'segment')}, {name}, <span class="mono">{used.toLocaleString('en')}</span> of{' '}
      <span class="mono">{room.toLocaleString('en')}</span> characters
      <span class="meter" aria-hidden="true" data-encoding={encoding}>
        {Array.from({ length: Math.min(segments, 12) }, (_, index) => (
          <i key={index}>
            <b style={{ width: `${Math.round(filled(used, room / segments, index) * 100)}%` }} />
          </i>
        ))}
      </span>
    </Fact>
  )
}

/** How full a segment is, 0 to 1. */
function filled(used: number, each: number, index: number): number {
  return Math.min(1, Math.max(0, (used - index * each) / each))
}

function Guilty({ item: { guilty, body } }: { readonly item: Item }): JSX.Element | null {
  if (guilty === null) return null
  const instead = replacementOf(guilty.character)
  return (
    <Fact name="Why UCS-2">
      <mark class="guilty">
        <bdi>{guilty.character}</bdi>
      </mark>{' '}
      <span class="mono">{codePointOf(guilty.character)}</span>
      {isMostlyForeign(body) && ', like most letters of the text,'} is not in the GSM-7 alphabet, so a segment holds 70
      characters instead of 160.
      {instead !== null && (
        <>
          {' '}
          <kbd>{instead}</kbd> is in it.
        </>
      )}
    </Fact>
  )
}
