import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A page of the documentation. */
export interface Guide {
  /** Of its file, and in its address: `client.md`. */
  readonly name: string
  readonly title: string
  /** The beginning of its text, one sentence; null: it begins with a heading. */
  readonly summary: string | null
  /** Markdown, whose links all lead to what is served. */
  readonly text: string
}

/** The pages of a directory, by name. */
export function readGuides(directory: string): readonly Guide[] {
  if (!existsSync(directory)) return []
  const names = readdirSync(directory).filter((name) => name.endsWith('.md'))
  return names.toSorted().map((name) => toGuide(name, readFileSync(join(directory, name), 'utf8')))
}

function toGuide(name: string, text: string): Guide {
  const title = /^# (.+)$/m.exec(text)?.[1] ?? name
  const [, beginning = ''] = text.split(/^# .+\n+/m)
  const [paragraph = ''] = beginning.split('\n\n')
  return { name, title, summary: /^[#|`<-]/.test(paragraph) ? null : firstSentence(paragraph), text: served(text) }
}

/** Without its links: they would lead from elsewhere to somewhere else. */
function firstSentence(paragraph: string): string {
  const line = paragraph.replaceAll(/\s*\n\s*/g, ' ').replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1')
  return /^.*?[.:](?= |$)/.exec(line)?.[0].replace(/:$/, '.') ?? line
}

/** What lies beside the documentation is not served: of a link to it the words are left. */
function served(text: string): string {
  return text.replaceAll(/\[([^\]]+)\]\(\.\.\/[^)]*\)/g, '$1')
}
