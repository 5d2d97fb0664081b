import fc, { type Arbitrary } from 'fast-check'
import type { Schema } from './openapi.ts'

/** Values for a field, by its name, where random ones would never lead anywhere. */
export type Hints = Readonly<Record<string, Arbitrary<unknown>>>

type Resolve = (reference: string) => Schema

/** More than this in a list, or in a text without a limit, only takes time. */
const MOST_ITEMS = 4
const USUAL_LENGTH = 40

/** Values that fit the schema. */
export function fitting(schema: Schema, resolve: Resolve, hints: Hints): Arbitrary<unknown> {
  if (schema.$ref !== undefined) return fitting(resolve(schema.$ref), resolve, hints)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  if (schema.oneOf !== undefined) return fc.oneof(...schema.oneOf.map((one) => fitting(one, resolve, hints)))
  if (schema.if !== undefined) {
    return fc.oneof(...branches(schema).map((branch) => fitting(branch, resolve, hints)))
  }
  if (schema.anyOf !== undefined && schema.type === 'object') {
    const { anyOf, ...rest } = schema
    return fc.oneof(...anyOf.map((one) => fitting(merged(rest, one), resolve, hints)))
  }
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((one) => fitting(one, resolve, hints)))
  const types = [schema.type ?? 'string'].flat()
  return fc.oneof(...types.map((type) => ofType(type, schema, resolve, hints)))
}

/** Any value with one thing in it that is another, gone, or too much. */
export function spoilt(value: unknown): Arbitrary<unknown> {
  return fc
    .tuple(fc.nat(), fc.constantFrom('replace', 'remove', 'add', 'repeat'), odd())
    .map(([at, way, other]) => spoil(structuredClone(value), at, way, other))
}

/** What a schema's author did not think of. */
export function odd(): Arbitrary<unknown> {
  return fc.oneof(
    fc.constantFrom<unknown>(null, true, false, -1, 0, 1, 0.5, 1e21, 2 ** 53, -0, 256, 2_419_201),
    fc.constantFrom(
      '',
      ' ',
      '\u0000',
      '\ud800',
      'a\udc00',
      '\uFEFF',
      '\u202E',
      '👩‍👩‍👧‍👦',
      '{',
      '%',
      '١٢٣',
      '+1',
      'null',
      '__proto__',
    ),
    fc.constantFrom('x'.repeat(129), '😀'.repeat(700), 'é'.repeat(5_000)),
    fc.constantFrom<unknown>([], {}, [[]], [null], { a: {} }),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.jsonValue({ maxDepth: 2 }),
  )
}

function ofType(type: string, schema: Schema, resolve: Resolve, hints: Hints): Arbitrary<unknown> {
  switch (type) {
    case 'object':
      return objects(schema, resolve, hints)
    case 'array':
      return lists(schema, resolve, hints)
    case 'integer':
    case 'number':
      return integers(schema)
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return texts(schema)
  }
}

function objects(schema: Schema, resolve: Resolve, hints: Hints): Arbitrary<unknown> {
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    field === false ? [] : [[name, hints[name] ?? fitting(field, resolve, hints)] as const],
  )
  const known = fc.record(Object.fromEntries(fields), { requiredKeys: [...(schema.required ?? [])] })
  const { additionalProperties: others } = schema
  if (others === undefined || others === false) return known
  const value = others === true ? fc.jsonValue({ maxDepth: 1 }) : fitting(others, resolve, hints)
  const name = fc.stringMatching(/^[a-z]{2,8}$/)
  const more = fc.dictionary(name, value, { minKeys: schema.minProperties ?? 0, maxKeys: 3 })
  return fc.tuple(more, known).map(([one, other]) => ({ ...one, ...other }))
}

function lists({ items, minItems = 0, maxItems = MOST_ITEMS, uniqueItems }: Schema, resolve: Resolve, hints: Hints) {
  const range = { minLength: minItems, maxLength: Math.max(minItems, Math.min(maxItems, MOST_ITEMS)) }
  const item = fitting(items ?? {}, resolve, hints)
  return uniqueItems === true ? fc.uniqueArray(item, range) : fc.array(item, range)
}

function integers({ minimum = -1_000_000, maximum = 1_000_000 }: Schema): Arbitrary<number> {
  return fc.oneof(
    fc.constantFrom(minimum, maximum),
    fc.integer({ min: minimum, max: Math.min(maximum, minimum + 300) }),
    fc.integer({ min: minimum, max: maximum }),
  )
}

function texts({ pattern, format, minLength = 0, maxLength }: Schema): Arbitrary<string> {
  if (format === 'date-time') {
    return fc.integer({ min: -2, max: 400 * 24 }).map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString())
  }
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern), { maxLength: maxLength ?? 64 })
  const most = Math.max(minLength, Math.min(maxLength ?? USUAL_LENGTH, USUAL_LENGTH))
  const usual = fc.string({ unit: 'grapheme', minLength, maxLength: most })
  if (maxLength === undefined) return usual
  return fc.oneof({ weight: 5, arbitrary: usual }, { weight: 1, arbitrary: fc.constant('n'.repeat(maxLength)) })
}

/** What the two sides of an `if` that asks whether fields are there come to. */
function branches({ if: condition, then: yes = {}, else: no = {}, ...rest }: Schema): readonly Schema[] {
  const asked = condition?.required ?? []
  const without = Object.fromEntries(asked.map((name) => [name, false as const]))
  return [merged(merged(rest, { required: asked }), yes), merged(merged(rest, { properties: without }), no)]
}

function merged(one: Schema, other: Schema): Schema {
  return {
    ...one,
    ...other,
    properties: { ...one.properties, ...other.properties },
    required: [...new Set([...(one.required ?? []), ...(other.required ?? [])])],
  }
}

type Container = Record<string, unknown> | unknown[]

function spoil(value: unknown, at: number, way: 'replace' | 'remove' | 'add' | 'repeat', other: unknown): unknown {
  const holders = containersIn(value)
  const holder = holders[at % Math.max(1, holders.length)]
  if (holder === undefined) return other
  if (Array.isArray(holder)) {
    if (way === 'repeat') holder.push(...holder.slice(0, 3))
    else holder.splice(at % (holder.length + 1), way === 'add' ? 0 : 1, ...(way === 'remove' ? [] : [other]))
    return value
  }
  const names = Object.keys(holder)
  const name = names[at % Math.max(1, names.length)]
  if (way === 'add' || name === undefined) holder[typeof other === 'string' ? other : 'unknown_field'] = other
  else if (way === 'remove') delete holder[name]
  else holder[name] = way === 'repeat' ? [holder[name], holder[name]] : other
  return value
}

function containersIn(value: unknown): readonly Container[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Container
  return [holder, ...Object.values(holder).flatMap(containersIn)]
}
