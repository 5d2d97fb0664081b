import type { Kind } from './variable-kinds.ts'
import type { Variable } from './variable.ts'
import { VARIABLES } from './variables.ts'

const OPENING = `# Configuration

Tidings reads environment variables, and a file \`.env\` in the directory it is started in; the environment wins. An empty
value counts as unset. All faults are reported at once, a name within two letters of one of these included, and nothing starts
until they are mended.

Without any of them it serves on port 5000 of this machine alone, keeps its data in \`./data\`, and captures every message.
`

/** docs/configuration.md, made from the table that the program itself reads. `npm run docs` writes it. */
export function configurationPage(): string {
  const sections = [...new Set(VARIABLES.map((variable) => variable.section))]
  const parts = sections.map((section) => {
    const entries = VARIABLES.filter((variable) => variable.section === section).map(entry)
    return [`## ${section}`, ...entries].join('\n\n')
  })
  return `${[OPENING.trimEnd(), ...parts].join('\n\n')}\n`
}

function entry({ name, kind, fallback, meaning, example, secret }: Variable): string {
  const facts = [
    `${kindText(kind)}${secret ? '; secret' : ''}`,
    ...(fallback === null ? [] : [`default \`${fallback}\``]),
    `example \`${name}=${/[ {]/.test(example) ? `'${example}'` : example}\``,
  ]
  return `### ${name}\n\n${meaning}\n\n${facts.join(' · ')}`
}

function kindText(kind: Kind): string {
  switch (kind.type) {
    case 'text':
      return 'text'
    case 'path':
      return 'directory'
    case 'host':
      return 'address'
    case 'amount':
      return 'amount'
    case 'quiet-hours':
      return 'hours, or `off`'
    case 'time-zone':
      return 'time zone'
    case 'country':
      return 'country'
    case 'countries':
      return 'countries, with commas between'
    case 'file':
      return 'file'
    case 'json-or-path':
      return 'file, or JSON'
    case 'pem-or-path':
      return 'file, or its text'
    case 'sender':
      return 'sender'
    case 'secret-key':
      return '32 bytes in base64'
    case 'secret-keys':
      return '32 bytes in base64 each, with commas between'
    case 'cidrs':
      return 'addresses and blocks, with commas between'
    case 'proxies':
      return 'number, or addresses and blocks with commas between'
    case 'only-to':
      return 'list, with commas or spaces between'
    case 'redirect-to':
      return 'number, or token, or both with a comma between'
    case 'url':
      return 'URL'
    case 'number':
      return `${kind.min} to ${kind.max}`
    case 'choice':
      return kind.of.map((word) => `\`${word}\``).join(', ')
    case 'prefix':
      return `\`${kind.prefix}…\``
  }
}
