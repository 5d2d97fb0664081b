/** What a text is as JSON; undefined: it is none. */
export function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

/** A value as JavaScript has it. `indent`: by how much the line stands in, in blanks. */
export function toScript(value: unknown, indent = 0): string {
  return literal(value, indent, SCRIPT)
}

/** A value as Python has it. */
export function toPython(value: unknown, indent = 0): string {
  return literal(value, indent, PYTHON)
}

interface Language {
  /** Blanks a level. */
  readonly step: number
  text(text: string): string
  name(name: string): string
  word(value: boolean | null): string
}

const SCRIPT: Language = {
  step: 2,
  text: (text) => (/['\\]|[^\P{C}]/u.test(text) ? JSON.stringify(text) : `'${text}'`),
  name: (name) => (/^[A-Za-z_]\w*$/.test(name) ? name : SCRIPT.text(name)),
  word: String,
}

const PYTHON: Language = {
  step: 4,
  text: (text) => JSON.stringify(text),
  name: (name) => JSON.stringify(name),
  word: (value) => (value === null ? 'None' : value ? 'True' : 'False'),
}

/** What fits on a line stands on one. */
const LONGEST_LINE = 64

function literal(value: unknown, indent: number, language: Language): string {
  if (typeof value === 'string') return language.text(value)
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean' || value === null || value === undefined) return language.word(value ?? null)
  const inner = indent + language.step
  const members = Array.isArray(value)
    ? value.map((one: unknown) => literal(one, inner, language))
    : Object.entries(value).map(([name, one]) => `${language.name(name)}: ${literal(one, inner, language)}`)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  if (members.length === 0) return `${open}${close}`
  const line = members.join(', ')
  const padding = Array.isArray(value) || language === PYTHON ? '' : ' '
  if (line.length < LONGEST_LINE && !line.includes('\n')) return `${open}${padding}${line}${padding}${close}`
  const rows = members.map((member) => `${' '.repeat(inner)}${member},`)
  return `${open}\n${rows.join('\n')}\n${' '.repeat(indent)}${close}`
}
