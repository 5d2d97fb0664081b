import { parseArgs, type ParseArgsConfig } from 'node:util'
import { nearest } from '../domain/nearest.ts'
import { CliRefusal } from './command.ts'

export type Options = NonNullable<ParseArgsConfig['options']>

/** What follows a command's name, read. `--json` is known to every command. Throws a CliRefusal. */
export function readWords<Known extends Options>(
  words: readonly string[],
  options: Known,
): ReturnType<typeof parseArgs<{ options: Known & typeof EVERYWHERE; allowPositionals: true }>> {
  try {
    return parseArgs({ args: [...words], options: { ...options, ...EVERYWHERE }, allowPositionals: true })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const [problem = ''] = error.message.split(/\. |\n/, 1)
    throw new CliRefusal(`${problem}.${meantOption(problem, Object.keys({ ...options, ...EVERYWHERE }))}`)
  }
}

/** The option that a slip of the fingers would turn into the one complained of, as a sentence; empty when none is. */
function meantOption(problem: string, known: readonly string[]): string {
  const given = /^Unknown option '--([\w-]+)/.exec(problem)?.[1]
  const meant = given === undefined ? null : nearest(given, known, 2)
  return meant === null ? '' : ` Did you mean --${meant}?`
}

const EVERYWHERE = { json: { type: 'boolean' } } as const

/** Without what would steer a terminal: texts and names are written by strangers. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
}

/** `text` in lines of at most `width` columns, each after `indent` blanks; a word that is longer has a line of its own. */
export function wrapped(text: string, width: number, indent = 0): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width - indent) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map((one) => `${' '.repeat(indent)}${one}`).join('\n')
}

export type Ink = 'bold' | 'dim' | 'red' | 'yellow' | 'green'

/** Source: ECMA-48 §8.3.117 (SGR). */
const SGR: Readonly<Record<Ink, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
}

export function painted(text: string, ink: Ink, { colour }: { readonly colour: boolean }): string {
  const [on, off] = SGR[ink]
  return colour ? `\u001b[${on}m${text}\u001b[${off}m` : text
}
