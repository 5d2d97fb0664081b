export const TEXT = {
  title: 'Your order is on its way',
  body: 'It arrives today between 14:00 and 16:00. Tap to follow it.',
}
export const DATA = { order: '482913' }

/** As long as real ones. */
export function tokenOf(index) {
  return `${String(index).padStart(12, '0')}:APA91b${'x'.repeat(134)}`
}

export function* tokens(count, from) {
  for (let index = from; index < from + count; index += 1) yield tokenOf(index)
}
