/** Where what is going on is shown. */
export interface Screen {
  readonly write: (text: string) => void
  /** False: it is no terminal, and gets a plain line every ten seconds. */
  readonly isTerminal: boolean
  readonly columns: () => number
  /** Monotonic, in milliseconds. */
  readonly now: () => number
}

export interface Progress {
  /** So many rows more, of this table. */
  add(table: string, rows: number): void
  end(): void
}

const LINE_MS = 10_000
const BAR_MS = 100

/** Shows how far `total` rows have come; `doing` is a word like `Moving`. */
export function createProgress(doing: string, total: number, screen: Screen): Progress {
  const began = screen.now()
  let shownAt = began
  let done = 0
  let bar = ''
  return {
    add(table, rows) {
      done += rows
      const now = screen.now()
      if (now - shownAt < (screen.isTerminal ? BAR_MS : LINE_MS)) return
      shownAt = now
      const facts = [`${count(done)} of ${count(total)} rows`, table, left(done, total, now - began)]
      if (!screen.isTerminal) return screen.write(`${doing}: ${facts.join(', ')}\n`)
      bar = barText(doing, done / Math.max(total, 1), facts.join(' · '), screen.columns())
      screen.write(`\r${bar}`)
    },
    end() {
      if (bar !== '') screen.write(`\r${' '.repeat(bar.length)}\r`)
    },
  }
}

/** `1,234,567` */
export function count(rows: number): string {
  return rows.toLocaleString('en-US')
}

function barText(doing: string, share: number, facts: string, columns: number): string {
  const cells = 24
  const full = Math.min(cells, Math.floor(share * cells))
  const text = `  ${doing} [${'#'.repeat(full)}${'.'.repeat(cells - full)}] ${Math.floor(share * 100)} %  ${facts}`
  return text.slice(0, columns - 1).padEnd(columns - 1)
}

function left(done: number, total: number, tookMs: number): string {
  const seconds = done === 0 ? 0 : Math.ceil(((Math.max(total - done, 0) / done) * tookMs) / 1_000)
  return seconds < 90 ? `${seconds} s left` : `${Math.ceil(seconds / 60)} min left`
}
