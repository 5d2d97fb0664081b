/** What a row says of one run, as plain text. */
export interface Shown {
  readonly tables: readonly {
    readonly title?: string
    /** The first column stands to the left. */
    readonly head: readonly string[]
    readonly rows: readonly (readonly string[])[]
  }[]
  readonly verdicts?: readonly {
    readonly goal: string
    readonly figure: string
    /** Null where it can't be said: a peer is not installed. */
    readonly met: boolean | null
  }[]
  readonly notes?: readonly string[]
}

export interface Row {
  readonly name: string
  /** One line. */
  readonly title: string
  /** What has its version told. */
  readonly needs?: { readonly packages?: readonly string[]; readonly programs?: readonly string[] }
  /** Defaults; those of the same name on the command line take their place. */
  readonly options: Readonly<Record<string, number | boolean | string | readonly number[]>>
  readonly show: (result: unknown) => Shown
}

/** A row's latest run. */
export interface Kept {
  readonly row: string
  /** RFC 3339. */
  readonly at: string
  /** The short name of the commit; with a + where what runs was changed since. */
  readonly commit: string
  readonly machine: string
  /** Null: not installed. */
  readonly versions: Readonly<Record<string, string | null>>
  readonly command: string
  readonly seconds: number
  /** Cores that other programs kept busy meanwhile; null where that can't be known. */
  readonly noise: number | null
  /** With the figures of every round in it. */
  readonly result: unknown
}

export const PAGE: string
export function readKept(name: string): Kept | null
export function toText(row: Row, kept: Kept): string
export function benchmarksPage(all: readonly { readonly row: Row; readonly kept: Kept | null }[]): Promise<string>
