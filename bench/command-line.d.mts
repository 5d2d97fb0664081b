import type { Row } from './report.mjs'

type Options = Row['options']

export function readCommandLine(
  args: readonly string[],
  rows: readonly Row[],
):
  | { readonly problem: string }
  | {
      readonly rows: readonly Row[]
      /** By the row's name. */
      readonly options: Readonly<Record<string, Options>>
      readonly list: boolean
      readonly page: boolean
      readonly isTry: boolean
    }
