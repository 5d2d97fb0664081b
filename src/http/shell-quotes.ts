import { TidingsError } from '../domain/errors.ts'

/** `{contact: …`, also with what is left of single quotes in a shell that doesn't know them. */
const UNQUOTED_NAME = /^\s*'?\s*\{\s*[A-Za-z_]\w*\s*:/

/** A body for each route that is posted to, as an example that works. */
const EXAMPLES: Readonly<Record<string, object | undefined>> = {
  '/smss': { contact: '+201009129288', subject: 'Hello', message: 'Your code is 482913' },
  '/notifications/tokens': { tokens: ['sandbox:delivered'], title: 'Hello', body: 'Your order is on its way' },
  '/notifications/topic': { topic: 'news', title: 'Hello', body: 'We open at nine' },
}

/** A line for bash that posts an example to this route. `origin` is `http://localhost:5000` or the like. */
export function curlLine(origin: string, route: string): string {
  const body = JSON.stringify(EXAMPLES[route] ?? {})
    .replaceAll('":', '": ')
    .replaceAll(',"', ', "')
  return `curl ${origin}${route} -H 'content-type: application/json' -d '${body}'`
}

/** The refusal for a body whose quotes the shell took; null if that is not what happened. */
export function shellQuotes(text: string, origin: string, route: string): TidingsError | null {
  if (!UNQUOTED_NAME.test(text)) return null
  const line = curlLine(origin, route)
  return new TidingsError('shell_quotes', `your shell removed the quotes from the body; this line works: ${line}`, {
    details: [{ path: '', message: 'the field names of the body have no quotes', suggestion: line }],
  })
}
