export const TEMPLATE_KINDS = ['sms', 'push'] as const
export type TemplateKind = (typeof TEMPLATE_KINDS)[number]

export const VARIABLE_TYPES = ['text', 'number', 'date', 'time', 'url'] as const
export type VariableType = (typeof VARIABLE_TYPES)[number]

/** What may be put into a template, as it stands on the wire. */
export interface Variable {
  readonly type: VariableType
  /** A value such as callers give: for previews, and to tell how long the message gets. */
  readonly sample: string | number
  /** Of a text or url, in UTF-16 code units. */
  readonly max_length?: number
  /** False: may be left out, and is empty then. Only of a text or url. */
  readonly required?: boolean
}

/** One version of a template, as it stands on the wire: texts are ICU messages. */
export interface TemplateContent {
  /** Used where none of the locales fits what was asked for. */
  readonly default_locale: string
  /** BCP 47 tag to field to text. */
  readonly locales: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly variables: Readonly<Record<string, Variable>>
}

/** What each kind's locales hold. */
export const TEMPLATE_FIELDS: Readonly<
  Record<TemplateKind, { readonly needed: readonly string[]; readonly allowed: readonly string[] }>
> = {
  sms: { needed: ['subject', 'message'], allowed: ['subject', 'message'] },
  push: { needed: ['title', 'body'], allowed: ['title', 'body', 'link', 'image'] },
}

/** Fields that are addresses: what is put into them is percent-encoded, an url variable aside. */
export const ADDRESS_FIELDS: ReadonlySet<string> = new Set(['link', 'image'])

/** Also part of a path, of `name@version/locale`, and of a search. */
export const TEMPLATE_NAME = /^[a-z][a-z0-9_.-]{0,63}$/

/** An ICU argument may be called more than this; callers write it as a JSON key. */
export const VARIABLE_NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/

/** Lengths in UTF-16 code units. */
export const LONGEST_TEXT = 2_000
export const LONGEST_VALUE = 1_000
export const USUAL_LONGEST: Readonly<Partial<Record<VariableType, number>>> = { text: 100, url: 200 }
export const MOST_LOCALES = 50
export const MOST_VARIABLES = 50

/** A tag of usual parts has at most 35 characters. Source: RFC 5646 §4.4.1. */
const LONGEST_LOCALE = 35

/** The tag as BCP 47 spells it: `en-gb` is `en-GB`, `iw` is `he`; null: it is none. */
export function canonicalLocale(tag: string): string | null {
  if (tag.length > LONGEST_LOCALE) return null
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null
  } catch {
    return null
  }
}

/** The locale that serves best: the one asked for, else what is left of it without its last parts, else the usual one. Source: RFC 4647 §3.4. */
export function pickLocale(locales: readonly string[], asked: string, usual: string): string {
  for (let tag = asked; tag !== ''; tag = parentOf(tag)) if (locales.includes(tag)) return tag
  return usual
}

/** `zh-Hant-TW` → `zh-Hant` → `zh`. */
function parentOf(tag: string): string {
  return tag.slice(0, Math.max(0, tag.lastIndexOf('-')))
}
