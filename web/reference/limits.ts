import { nameOf, resolve, type Document, type Schema } from './document.ts'

/** `text`, `whole number or null`, `list of InboxItem`: what a value is, in words. */
export function typeWords(unresolved: Schema, document: Document): string {
  const schema = resolve(unresolved, document)
  const several = schema.oneOf ?? schema.anyOf?.filter((one) => one.type !== undefined || one.$ref !== undefined)
  if (schema.type === undefined && several !== undefined && several.length > 0)
    return several.map((one) => nameOf(one) ?? typeWords(one, document)).join(' or ')
  const only = schema.const ?? (schema.enum?.length === 1 ? schema.enum[0] : undefined)
  if (only !== undefined) return `\`${JSON.stringify(only)}\``
  const kinds = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  return kinds.map((kind) => kindWords(kind, schema)).join(' or ') || 'anything'
}

/** What a value must be beside its type: `1 to 255`, `at most 64 characters`. */
export function limitWords(schema: Schema): readonly string[] {
  const { minLength, maxLength, minItems, maxItems, minimum, maximum, pattern, default: usual } = schema
  return [
    between(minimum, maximum, ''),
    between(minLength === 1 ? undefined : minLength, maxLength, 'characters'),
    between(minItems, maxItems, 'items'),
    pattern === undefined ? null : `like \`${pattern}\``,
    usual === undefined ? null : `\`${JSON.stringify(usual)}\` unless given`,
  ].filter((words) => words !== null)
}

function kindWords(kind: string, { format, items, enum: words }: Schema): string {
  if (words !== undefined && kind !== 'null') return 'word'
  if (kind === 'string') return format === 'date-time' ? 'time' : 'text'
  if (kind === 'integer') return 'whole number'
  if (kind === 'boolean') return 'true or false'
  if (kind === 'array') return items === undefined ? 'list' : `list of ${nameOf(items) ?? 'values'}`
  return kind
}

/** Numbers that only say how large a number can be at all are left out. */
function between(least: number | undefined, most: number | undefined, unit: string): string | null {
  const upper = most === undefined || most >= Number.MAX_SAFE_INTEGER ? null : most.toLocaleString('en')
  const lower = least === undefined || (least === 0 && upper === null) ? null : least.toLocaleString('en')
  const ending = unit === '' ? '' : ` ${unit}`
  if (lower !== null && upper !== null) return `${lower === upper ? lower : `${lower} to ${upper}`}${ending}`
  if (upper !== null) return `at most ${upper}${ending}`
  return lower === null ? null : `at least ${lower}${ending}`
}
