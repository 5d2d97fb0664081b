import { nearest } from '../domain/nearest.ts'
import { CliRefusal } from './command.ts'
import { plain } from './words.ts'

/** What a command does that does several things, by its second word. Throws a CliRefusal that names the one that was probably meant. */
export function actOf<Act>(command: string, acts: Readonly<Record<string, Act>>, name: string): Act {
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
