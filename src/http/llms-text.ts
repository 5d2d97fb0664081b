import type { Guide } from './guides.ts'

/** Everything there is to read, in the form of llmstxt.org: a title, a summary, lists of links. `origin`: `http://localhost:5000`. */
export function llmsText(guides: readonly Guide[], origin: string): string {
  const lines = guides.map(({ name, title, summary }) => link(title, `${origin}/docs/${name}`, summary))
  return `# Tidings

> Self-hosted SMS and push notifications: one service that sends, and can always say what became of each message.

A backend calls it over HTTP with JSON. Without a provider it captures every message instead of sending it, so nothing needs to be
set up to try it.

## API

${link('API reference', `${origin}/docs.md`, 'Every operation with its parameters, fields and errors.')}
${link('OpenAPI 3.1', `${origin}/openapi.json`, 'The same for programs, with every type and limit.')}
${link('Errors', `${origin}/errors`, 'Every code: what, why, how to fix it, as JSON unless HTML is asked for.')}

## Guides

${lines.join('\n')}
`
}

function link(title: string, url: string, about: string | null): string {
  return `- [${title}](${url})${about === null ? '' : `: ${about}`}`
}
