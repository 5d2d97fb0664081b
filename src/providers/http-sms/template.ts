import { nearest } from '../../domain/nearest.ts'

/** What a template can name. */
export const PLACEHOLDERS = [
  'contact',
  'contact_digits',
  'text',
  'sender',
  'attempt_id',
  'callback_url',
  'validity_seconds',
] as const

export type Placeholder = (typeof PLACEHOLDERS)[number]

/** What they are for one message; null: there is none. */
export type Values = Readonly<Record<Placeholder, string | null>>

/** A text with places in it. */
export type Template = readonly (string | { readonly name: Placeholder })[]

/** JSON with places in its texts. */
export type JsonTemplate =
  | { readonly kind: 'text' | 'number'; readonly template: Template }
  | { readonly kind: 'fixed'; readonly value: unknown }
  | { readonly kind: 'list'; readonly items: readonly JsonTemplate[] }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [name: string, value: JsonTemplate])[] }

/** Reads `{name}`; `{{` and `}}` are braces. A problem is the end of a sentence. */
export function readTemplate(text: string): { template: Template } | { problem: string } {
  const pieces: (string | { name: Placeholder })[] = []
  for (const [piece, name] of text.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g)) {
    if (name !== undefined) {
      const known = PLACEHOLDERS.find((placeholder) => placeholder === name)
      if (known === undefined) return { problem: unknownName(name) }
      pieces.push({ name: known })
    } else if (piece === '{' || piece === '}') {
      return { problem: `has a lone ${piece}; a brace itself is written twice` }
    } else {
      pieces.push(piece === '{{' ? '{' : piece === '}}' ? '}' : piece)
    }
  }
  return { template: pieces }
}

/** Which a template names. */
export function namesIn(template: Template): readonly Placeholder[] {
  return template.flatMap((piece) => (typeof piece === 'string' ? [] : [piece.name]))
}

/** Null: it is nothing but a place, and there is nothing for it. `escape` is done to what is filled in, not to what stands there. */
export function renderText(template: Template, values: Values, escape = asIs): string | null {
  const [only, second] = template
  if (second === undefined && typeof only === 'object' && values[only.name] === null) return null
  return template.map((piece) => (typeof piece === 'string' ? piece : escape(values[piece.name] ?? ''))).join('')
}

/** Whatever is filled in stays within the text it stands in: JSON is made of values, not of text. Undefined: there is nothing for it. */
export function renderJson(template: JsonTemplate, values: Values): unknown {
  switch (template.kind) {
    case 'fixed':
      return template.value
    case 'text':
      return renderText(template.template, values) ?? undefined
    case 'number':
      return toNumber(renderText(template.template, values))
    case 'list':
      return template.items.map((item) => renderJson(item, values)).filter((item) => item !== undefined)
    case 'object':
      return Object.fromEntries(
        template.fields
          .map(([name, value]) => [name, renderJson(value, values)] as const)
          .filter(([, value]) => value !== undefined),
      )
  }
}

/** For a part of a URL. Stands for `encodeURIComponent`, which throws at half a character. */
export function escapeForUrl(text: string): string {
  return new URLSearchParams({ v: text }).toString().slice('v='.length).replaceAll('+', '%20')
}

function asIs(text: string): string {
  return text
}

function toNumber(text: string | null): number | undefined {
  const value = text === null || text === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : undefined
}

function unknownName(name: string): string {
  const meant = nearest(name, PLACEHOLDERS, 2)
  const list = PLACEHOLDERS.map((known) => `{${known}}`).join(', ')
  return `names {${name.slice(0, 40)}}, which there is not${meant === null ? `; there are ${list}` : `; did you mean {${meant}}?`}`
}
