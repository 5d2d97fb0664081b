import type { Tidings } from '../client/tidings.ts'
import { nearest } from '../domain/nearest.ts'
import { CliRefusal, type Command, type ExitCode, type Surroundings } from './command.ts'
import { connect } from './service.ts'
import { plain, readWords, type Options } from './words.ts'

/** One of the things that a command does. */
export interface Act<Known extends Options> {
  /** The options that belong to it; `--json` belongs to every one. */
  readonly flags: readonly (keyof ValuesOf<Known>)[]
  run(words: ActWords<Known>): Promise<ExitCode>
}

type ValuesOf<Known extends Options> = ReturnType<typeof readWords<Known>>['values']

/** What follows the act's name. */
export interface ActWords<Known extends Options> {
  readonly words: readonly string[]
  readonly values: ValuesOf<Known>
  readonly tidings: Tidings
  readonly at: Surroundings
}

export interface CommandOfActs<Known extends Options> extends Pick<Command, 'name' | 'summary' | 'help'> {
  /** Those of all acts. */
  readonly options: Known
  /** `list` is what is done where no act is named. */
  readonly acts: Readonly<Record<string, Act<Known>>>
  /** Whether a first word is none of an act but belongs to the list. */
  readonly isOfList?: (word: string) => boolean
}

/** A command that does several things to one kind of things. */
export function commandOfActs<const Known extends Options>(command: CommandOfActs<Known>): Command {
  const { name, summary, help, options, acts, isOfList = () => false } = command
  return {
    name,
    summary,
    help,
    async run(words, at) {
      const { values, positionals } = readWords(words, options)
      const [first = 'list', ...rest] = positionals
      const ofList = isOfList(first)
      const named = ofList ? 'list' : first
      const act = actOf(name, acts, named)
      takeOnly({ name: named, values }, act.flags)
      return act.run({ words: ofList ? positionals : rest, values, tidings: connect(at), at })
    },
  }
}

/** What a command does that does several things, by its second word. Throws a CliRefusal that names the one that was probably meant. */
export function actOf<Deed>(command: string, acts: Readonly<Record<string, Deed>>, name: string): Deed {
  const act = Object.hasOwn(acts, name) ? acts[name] : undefined
  if (act !== undefined) return act
  const names = Object.keys(acts)
  const word = plain(name.slice(0, 40))
  const meant = nearest(word, names, 3)
  throw new CliRefusal(
    `${command} ${word}? ${meant === null ? `There are ${names.join(', ')}.` : `Did you mean ${meant}?`}`,
  )
}

/** Throws a CliRefusal where an option was given that is none of these; `--json` is known to every one. */
export function takeOnly<Values extends object>(
  { name, values }: { readonly name: string; readonly values: Values },
  known: readonly (keyof Values)[],
): void {
  const taken: readonly PropertyKey[] = ['json', ...known]
  const wrong = Object.keys(values).find((one) => !taken.includes(one))
  if (wrong !== undefined) throw new CliRefusal(`--${wrong} does not belong to ${name}.`)
}
