import type { Row } from './report.mjs'

export function rowNames(): string[]
export function loadRows(names: readonly string[]): Promise<Row[]>
