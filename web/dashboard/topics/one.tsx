import { useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { post } from '../inbox/curl.ts'
import { shortToken, spaced } from '../inbox/format.ts'
import { addressOfPerson } from '../messages/address.ts'
import { Older, usePaged } from '../paged.tsx'
import { usePage } from '../page.ts'
import { At, Badge, Command } from '../parts.tsx'
import { addressOfList as addressOfPushes } from '../pushes/address.ts'
import { Shown, TO_READ } from '../shown.tsx'
import { TOPICS } from './address.ts'
import { useTopicsClient, type Topic, type TopicSubscription } from './client.ts'
import { lookOfState, placeOfOne, sizeOf } from './words.ts'

/** One topic: its devices, and how it is sent to. */
export function One({ topic }: { readonly topic: string }): JSX.Element {
  const { origin } = usePage()
  const client = useTopicsClient()
  const [about, setAbout] = useState<Topic | null>(null)
  const paging = usePaged(
    async (cursor, signal) => {
      const page = await client.subscriptions(topic, cursor, signal)
      setAbout(page.topic)
      return page
    },
    [client, topic],
  )
  const words = { title: 'News', body: 'There is something new' }
  return (
    <>
      <p class="up">
        <a href={TOPICS}>Topics</a>
      </p>
      <h1>
        <bdi class="mono">{topic}</bdi>
      </h1>
      {about !== null && (
        <>
          <p class="lead">{sizeOf(about)}</p>
          <p class="quiet">
            As this service subscribed them. A push to the topic reaches everybody who follows it; with fan_out it
            reaches these, each with a status of its own.
          </p>
          <p class="quiet">
            <a href={addressOfPushes(`topic:${topic}`)}>What was sent to it</a>
          </p>
        </>
      )}
      <Command
        title="Notify everybody who follows it"
        text={post(`${origin}/notifications/topic`, { topic, ...words })}
      />
      <Command
        title="Notify these devices, one by one"
        text={post(`${origin}/notifications/topic`, { topic, fan_out: true, ...words })}
      />
      <section aria-labelledby="devices-title">
        <div class="section-head">
          <h2 id="devices-title">Devices</h2>
        </div>
        <Shown loading={paging.loading} right={TO_READ}>
          {({ data }) => <Rows devices={data} />}
        </Shown>
        <Older paging={paging} />
      </section>
    </>
  )
}

function Rows({ devices }: { readonly devices: readonly TopicSubscription[] }): JSX.Element {
  return (
    <ul class="rows">
      {devices.map((device) => (
        <li key={device.token_id} class="subscription">
          <Badge look={lookOfState(device)} />
          <bdi class="mono" title={device.token}>
            {shortToken(device.token)}
          </bdi>
          <Whose contact={device.client} />
          <span class="quiet">{placeOfOne(device)}</span>
          <At at={device.updated_at} />
        </li>
      ))}
    </ul>
  )
}

function Whose({ contact }: { readonly contact: string | null }): JSX.Element {
  if (contact === null) return <span class="quiet">Nobody said whose</span>
  if (!contact.startsWith('+')) return <span>A person who was erased</span>
  return (
    <a class="mono" href={addressOfPerson(contact)}>
      <bdi>{spaced(contact)}</bdi>
    </a>
  )
}
