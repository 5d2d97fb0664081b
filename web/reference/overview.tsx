import type { JSX } from 'preact'
import { whyNoKey } from './live.ts'
import { useReference } from './page.ts'
import { CopyButton } from './words.tsx'

/** Where the page begins: how to call, and everything there is to call. */
export function Overview(): JSX.Element {
  const { document, groups, origin, withKeys, live } = useReference()
  return (
    <article class="overview">
      <h1>API reference</h1>
      <p class="lead">{document.info.description}</p>
      <p class="route">
        <code>{origin}</code> <CopyButton text={origin} label="Copy the address" />
      </p>
      <p>
        {withKeys ? (
          <>
            Each call brings an API key: <code>Authorization: Bearer tidings_live_…</code>. Each operation names the
            scope that the key must have.
          </>
        ) : (
          whyNoKey(live)
        )}{' '}
        Bodies are JSON. An error says what is wrong, has a <a href="/errors">code</a> that stays the same, and a{' '}
        <code>request_id</code>.
      </p>
      <p class="more">
        <a href="/openapi.json">OpenAPI 3.1</a>
        <a href="/docs.md">This page as Markdown</a>
        <a href="/llms.txt">llms.txt</a>
        <a href="/errors">Every error</a>
      </p>
      {groups.map((group) => (
        <section key={group.name}>
          <h2>{group.description}</h2>
          <ul class="operations">
            {group.operations.map(({ slug, method, path, summary }) => (
              <li key={slug}>
                <a href={`#${slug}`}>{summary}</a>{' '}
                <code>
                  {method} {path}
                </code>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </article>
  )
}
