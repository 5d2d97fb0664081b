import type { JSX } from 'preact'
import { At, Badge } from '../parts.tsx'
import { addressOfPush } from './address.ts'
import type { Push } from './client.ts'
import { Progress } from './progress.tsx'
import { audienceOf, standingOf, titleOf, waysOf } from './words.ts'

/** Pushes, one a line, each leading to its page. */
export function PushRows({ pushes }: { readonly pushes: readonly Push[] }): JSX.Element {
  return (
    <ul class="rows">
      {pushes.map((push) => (
        <li key={push.notification_id}>
          <a class="push" href={addressOfPush(push.notification_id)}>
            <Badge look={standingOf(push)} />
            <span class="push-what">
              <bdi class="push-title">{titleOf(push)}</bdi>
              <span class="quiet">
                <span class="audience">
                  <Audience push={push} />
                </span>
                <span>· {waysOf(push)}</span>
              </span>
            </span>
            <Progress push={push} />
            <At at={push.created_at} />
          </a>
        </li>
      ))}
    </ul>
  )
}

/** Whom it is for, in a few words. */
function Audience({ push }: { readonly push: Push }): JSX.Element {
  const { kind, name } = audienceOf(push)
  if (kind === 'devices') return <>{name}</>
  return (
    <>
      {kind === 'topic' && 'Topic '}
      <bdi class="mono">{name}</bdi>
    </>
  )
}
