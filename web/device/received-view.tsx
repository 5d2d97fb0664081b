import type { Received, ReceivedList } from './received.ts'

/** What arrived while this page was open. */
export function ReceivedView({ received }: { readonly received: ReceivedList }) {
  const items = received.items.value
  return (
    <section class="received" aria-labelledby="received">
      <h2 id="received">Received here</h2>
      <p class="unseen" role="status">
        {received.spoken.value}
      </p>
      {items.length === 0 ? (
        <p class="quiet">Nothing yet. While this page is in view, pushes appear here instead of as notifications.</p>
      ) : (
        <ol>
          {items.map((item) => (
            <ReceivedItem key={item.id} item={item} />
          ))}
        </ol>
      )}
    </section>
  )
}

function ReceivedItem({ item: { at, title, body, image, data, where } }: { readonly item: Received }) {
  return (
    <li>
      <div class="received-top">
        <strong dir="auto">{title}</strong>
        <time dateTime={at.toISOString()}>{at.toLocaleTimeString()}</time>
      </div>
      {body === '' ? null : (
        <p class="received-body" dir="auto">
          {body}
        </p>
      )}
      {image === null ? null : (
        <p class="quiet">
          Picture, not loaded here: <code>{image}</code>
        </p>
      )}
      {data === null ? null : (
        <pre tabIndex={0} aria-label="data">
          {data}
        </pre>
      )}
      {where === 'notification' ? <p class="quiet">Shown as a notification.</p> : null}
    </li>
  )
}
