import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** A fenced block of a page, and the one right after it, if only blank lines lie between. */
export interface Block {
  readonly language: string
  readonly text: string
  readonly next: Block | null
}

/** Every page of the repository, by its path. */
export function pages(): readonly string[] {
  const top = readdirSync(ROOT).filter((name) => name.endsWith('.md'))
  const docs = readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'))
  return [...top, ...docs.map((name) => `docs/${name}`)]
}

export function readPage(path: string): string {
  return readFileSync(`${ROOT}${path}`, 'utf8')
}

export function blocksOf(path: string): readonly Block[] {
  const page = readPage(path)
  const found = [...page.matchAll(/^```(\w*)\n(.*?)^```\n/gms)]
  let next: { readonly block: Block; readonly from: number } | null = null
  const blocks: Block[] = []
  for (const match of found.toReversed()) {
    const end = match.index + match[0].length
    const follows = next !== null && page.slice(end, next.from).trim() === ''
    const block: Block = {
      language: match[1] ?? '',
      text: match[2] ?? '',
      next: follows ? (next?.block ?? null) : null,
    }
    next = { block, from: match.index }
    blocks.unshift(block)
  }
  return blocks
}
