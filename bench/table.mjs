/** Of an even count, the mean of the two in the middle. */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Lines of text, the first column to the left, the others to the right. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const cell = (text, column) => (column === 0 ? text.padEnd(widths[column]) : text.padStart(widths[column]))
  return rows.map((row) => `  ${row.map(cell).join('   ')}`).join('\n')
}

/** Of figures of several rounds: their median with the least and the most. */
export function spread(values) {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) }
}

/** `3.42 (3.10 to 3.91)` */
export function spreadText({ median: middle, least, most }, digits = 2) {
  return `${middle.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`
}

/** The quotients of two peers in rounds that stood beside each other. */
export function quotients(ours, theirs, key) {
  return spread(ours.map((one, index) => one[key] / theirs[index][key]))
}

/** A figure without digits behind the point; a dash where it isn't known. */
export function whole(value) {
  return value === null ? '–' : value.toFixed(0)
}
