import { Type, type Static, type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { UsageError } from './usage.ts'

/** The rules of a script: a list of `{"when": {"to": "+1*"}, "after": 2, "times": 3, "play": …}`, all but `play` optional. */
export interface Rules<Play> {
  /**
   * What the first rule that matches has played: one whose every `when` is like the fact of that name (`*` is anything), after it
   * matched `after` times, for `times` times. Null: none does.
   */
  playFor(facts: Readonly<Record<string, string>>): Play | null
  /** Takes other rules; what was counted is forgotten. Throws a `UsageError` that says what is wrong with them. */
  replace(script: unknown): void
}

/** `facts` are the names that a `when` may have, `play` is the shape of what is played. */
export function createRules<Schema extends TSchema>(
  play: Schema,
  facts: readonly string[],
  script: unknown = [],
): Rules<Static<Schema>> {
  const shape = Type.Array(
    Type.Object(
      {
        when: Type.Optional(
          Type.Object(Object.fromEntries(facts.map((fact) => [fact, Type.Optional(Type.String())])), STRICT),
        ),
        after: Type.Optional(Type.Integer({ minimum: 0 })),
        times: Type.Optional(Type.Integer({ minimum: 1 })),
        play,
      },
      STRICT,
    ),
  )
  let rules: Rule<Static<Schema>>[] = []

  function replace(next: unknown): void {
    const [fault] = Value.Errors(shape, next)
    if (fault !== undefined) throw new UsageError(`${whereOf(fault.instancePath)} ${wordsOf(fault)}.`)
    rules = (next as Parsed<Static<Schema>>[]).map(toRule)
  }
  replace(script)
  return {
    playFor(known) {
      for (const rule of rules) {
        if (!rule.matches(known)) continue
        rule.matched += 1
        if (rule.matched > rule.from && rule.matched <= rule.to) return rule.play
      }
      return null
    },
    replace,
  }
}

const STRICT = { additionalProperties: false } as const

interface Parsed<Play> {
  readonly when?: Readonly<Record<string, string>>
  readonly after?: number
  readonly times?: number
  readonly play: Play
}

interface Rule<Play> {
  readonly matches: (facts: Readonly<Record<string, string>>) => boolean
  readonly from: number
  readonly to: number
  readonly play: Play
  matched: number
}

function toRule<Play>({ when = {}, after = 0, times = Infinity, play }: Parsed<Play>): Rule<Play> {
  const patterns = Object.entries(when).map(([fact, wanted]) => ({ fact, pattern: toPattern(wanted) }))
  const matches = (facts: Readonly<Record<string, string>>): boolean =>
    patterns.every(({ fact, pattern }) => pattern.test(facts[fact] ?? ''))
  return { matches, from: after, to: after + times, play, matched: 0 }
}

function toPattern(wanted: string): RegExp {
  const parts = wanted.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's')
}

/** `/1/play/status` is a place in the second rule. */
function whereOf(path: string): string {
  const [, index, ...rest] = path.split('/')
  if (index === undefined) return 'The script'
  return `Rule ${Number(index) + 1}${rest.length === 0 ? '' : `, ${rest.join('.')},`}`
}

function wordsOf(fault: { readonly keyword: string; readonly message: string; readonly params: object }): string {
  if (fault.keyword === 'boolean') return 'means nothing here'
  const extra: unknown = Reflect.get(fault.params, 'additionalProperties')
  if (Array.isArray(extra)) return `has ${extra.join(', ')}, which means nothing here`
  const allowed: unknown = Reflect.get(fault.params, 'allowedValues')
  return Array.isArray(allowed) ? `must be one of ${allowed.join(', ')}` : fault.message
}
