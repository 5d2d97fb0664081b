import type { Address } from './registrar.ts'

/** A line for bash that sends a push to this browser. */
export function curlFor(origin: string, { kind, value }: Address): string {
  const targets = kind === 'fid' ? { fids: [value] } : { tokens: [value] }
  const body = JSON.stringify({ ...targets, title: 'Hello', body: 'From the command line' })
    .replaceAll('":', '": ')
    .replaceAll(',"', ', "')
  return [`curl ${origin}/notifications/tokens`, `-H 'content-type: application/json'`, `-d ${quoted(body)}`].join(
    ' \\\n  ',
  )
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
