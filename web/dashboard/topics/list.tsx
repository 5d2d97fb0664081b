import type { JSX } from 'preact'
import { post } from '../inbox/curl.ts'
import { Older, usePaged } from '../paged.tsx'
import { usePage } from '../page.ts'
import { At, Command } from '../parts.tsx'
import { Shown, TO_READ } from '../shown.tsx'
import { addressOfTopic } from './address.ts'
import { useTopicsClient, type Topic } from './client.ts'
import { sizeOf } from './words.ts'

/** All topics, in the order they were first named. */
export function List(): JSX.Element {
  const client = useTopicsClient()
  const paging = usePaged((cursor, signal) => client.list(cursor, signal), [client])
  return (
    <>
      <header>
        <h1>Topics</h1>
      </header>
      <Shown loading={paging.loading} right={TO_READ}>
        {({ data }) => (data.length === 0 ? <None /> : <Rows topics={data} />)}
      </Shown>
      <Older paging={paging} word="More" />
    </>
  )
}

function Rows({ topics }: { readonly topics: readonly Topic[] }): JSX.Element {
  return (
    <>
      <p class="quiet">
        Devices that this service subscribed. Apps subscribe by themselves, too: more may follow a topic than stand
        here. <a href="/docs/topics.md">How it works</a>.
      </p>
      <ul class="rows">
        {topics.map((topic) => (
          <li key={topic.topic}>
            <a class="topic" href={addressOfTopic(topic.topic)}>
              <bdi class="mono">{topic.topic}</bdi>
              <span class="quiet">{sizeOf(topic)}</span>
              <At at={topic.created_at} />
            </a>
          </li>
        ))}
      </ul>
    </>
  )
}

function None(): JSX.Element {
  const { origin } = usePage()
  return (
    <>
      <p class="lead">No device was subscribed to a topic here.</p>
      <p class="quiet">
        Apps subscribe by themselves, and so can this service. <a href="/docs/topics.md">How it works</a>.
      </p>
      <Command
        title="Subscribe a device"
        text={post(`${origin}/topics/news/subscriptions`, { tokens: ['first-device'] })}
      />
    </>
  )
}
