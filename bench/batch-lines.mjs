import { request } from 'node:http'

/** Personal numbers that nobody has, above those with which the sandbox plays a life. */
const FIRST_CONTACT = 15_005_551_000
const CONTACTS = 100_000

export const COMMON = { subject: 'Hello', message: 'Your parcel is on its way. It comes tomorrow before noon.' }

export function* contactLines(items) {
  for (let index = 0; index < items; index += 1) yield `${JSON.stringify(contactOf(index))}\n`
}

export function contactOf(index) {
  return { contact: `+${FIRST_CONTACT + (index % CONTACTS)}` }
}

/** More than the last line of an answer, which says what became of all. */
const END_BYTES = 4_000

/** All, or as many as an answer says that ends early because too much is under way; null: it is neither. */
function storedOf(end, expected) {
  // One answer for all of them.
  if (expected === null) return end.includes('"notification_id"') ? 0 : null
  const [, done, accepted] = /"done":(true|false),"accepted":(\d+),/.exec(end) ?? []
  if (done === 'true') return Number(accepted) === expected ? expected : null
  return done === 'false' && end.includes('"code":"overloaded"') ? Number(accepted) : null
}

/**
 * Sends lines as fast as they are taken, and resolves with how many were stored. `expected`: so many items, each of which has its answer; null:
 * they are the targets of one push.
 */
export function stream(url, first, lines, expected) {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' } }, (answer) => {
      let end = ''
      answer.on('data', (chunk) => {
        end = (end + chunk.subarray(-END_BYTES).toString()).slice(-END_BYTES)
      })
      answer.on('end', () => {
        const stored = storedOf(end, expected)
        if (answer.statusCode === 200 && stored !== null) resolve(stored)
        else
          reject(new Error(`status ${answer.statusCode}, not all of ${expected ?? 'the targets'}: …${end.slice(-400)}`))
      })
    })
    call.on('error', reject)
    const write = () => {
      for (let text = take(lines); text !== ''; text = take(lines)) {
        if (!call.write(text)) return void call.once('drain', write)
      }
      call.end()
    }
    call.write(`${JSON.stringify(first)}\n`)
    write()
  })
}

/** Some lines at once: a write for each would measure the writing. */
function take(lines) {
  let text = ''
  for (let count = 0; count < 500; count += 1) {
    const { value, done } = lines.next()
    if (done) break
    text += value
  }
  return text
}
