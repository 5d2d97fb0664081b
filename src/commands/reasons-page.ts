import { REASON_SECTIONS } from '../domain/reason-pages.ts'

const INTRODUCTION = `# Reasons

\`status\` says how far a message came; \`reason\` says why it came no further, or why it waits. It stands beside \`status\` in
\`GET /smss/{id}\`, in each of its attempts, and in \`GET /notifications/{id}/deliveries\`. Null: there is nothing to say. The
provider’s own code, where it gave one, is in the log line of the attempt.
`

const END = '`throttled` stands only in capture mode, at the contact and the token that play it.\n'

/** docs/reasons.md, as `npm run docs` writes it; its tables are not set out yet. */
export function reasonsPage(): string {
  const sections = REASON_SECTIONS.map(([heading, reasons]) => {
    const rows = [...reasons].map(([word, { what, helps }]) => `| \`${word}\` | ${what} | ${helps} |`)
    return [`## ${heading}`, '', '| reason | what happened | what helps |', '| --- | --- | --- |', ...rows, ''].join(
      '\n',
    )
  })
  return [INTRODUCTION, ...sections, END].join('\n')
}
