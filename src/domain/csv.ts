/** What a spreadsheet may take for the beginning of a formula. Source: OWASP, "CSV Injection". */
const FORMULA = /^[=+\-@\t\r]/

/**
 * One line of CSV with its end (RFC 4180), every cell in quotes. A text that a spreadsheet could run gets an apostrophe before it, numbers of
 * phones among them: the spreadsheet hides it, a program cuts off one leading apostrophe. Null is an empty cell.
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map((cell) => quoted(typeof cell === 'string' ? harmless(cell) : String(cell ?? ''))).join(',')}\r\n`
}

/** A text that begins with an apostrophe gets another one, so that cutting one off always gives back what was there. */
function harmless(text: string): string {
  return FORMULA.test(text) || text.startsWith("'") ? `'${text}` : text
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
