import { TidingsError } from '../domain/errors.ts'
import { EXAMPLES } from './examples.ts'

/**
 * `{contact: …`, also with what is left of single quotes in a shell that doesn't know them. Blanks can be read in one way only: a body of
 * nothing else takes no longer than any other.
 */
const UNQUOTED_NAME = /^\s*(?:'\s*)?\{\s*[A-Za-z_]\w*\s*:/

/** A body for each route that is posted to, as an example that works. */
const BODIES: Readonly<Record<string, object | undefined>> = {
  '/smss': EXAMPLES['sendSms']?.body,
  '/notifications/tokens': EXAMPLES['pushToTokens']?.body,
  '/notifications/topic': EXAMPLES['pushToTopic']?.body,
}

/** A line to type, and the shells that take it. */
export interface ShellLine {
  readonly shell: string
  readonly line: string
}

/** A line for bash that posts an example to this route. `origin` is `http://localhost:5000` or the like. */
export function curlLine(origin: string, route: string): string {
  return `curl ${origin}${route} -H 'content-type: application/json' -d '${exampleFor(route)}'`
}

/** Lines that post an example to each route in each shell. None of the examples holds a quote of its own. */
export function shellLines(origin: string): readonly ShellLine[] {
  const routes = Object.keys(BODIES)
  return [
    ...routes.map((route) => ({ shell: 'bash, zsh and other shells of Unix', line: curlLine(origin, route) })),
    ...routes.map((route) => ({ shell: 'PowerShell', line: powerShellLine(origin, route) })),
    ...routes.map((route) => ({ shell: 'cmd', line: cmdLine(origin, route) })),
  ]
}

/** The refusal for a body whose quotes the shell took; null if that is not what happened. */
export function shellQuotes(text: string, origin: string, route: string): TidingsError | null {
  if (!UNQUOTED_NAME.test(text)) return null
  // In this answer every quote of the line has a backslash, which a shell would take for its own.
  const page = `curl ${origin}/errors/shell_quotes.txt`
  return new TidingsError('shell_quotes', `your shell removed the quotes from the body; lines that work: ${page}`, {
    details: [
      {
        path: '',
        message:
          'the field names of the body have no quotes; suggestion is a line for bash, to be copied without the backslashes',
        suggestion: curlLine(origin, route),
      },
    ],
  })
}

function exampleFor(route: string): string {
  return JSON.stringify(BODIES[route] ?? {})
    .replaceAll('":', '": ')
    .replaceAll(',"', ', "')
}

/** Older ones drop the inner quotes of what they pass to a program; this one starts none. */
function powerShellLine(origin: string, route: string): string {
  return `Invoke-RestMethod ${origin}${route} -Method Post -ContentType application/json -Body '${exampleFor(route)}'`
}

function cmdLine(origin: string, route: string): string {
  const body = exampleFor(route).replaceAll('"', '\\"')
  return `curl ${origin}${route} -H "content-type: application/json" -d "${body}"`
}
