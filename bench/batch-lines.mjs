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

/** The last line of an answer, which says why it ended early. */
const END_BYTES = 400

/** An answer that ends early because too much is under way says how many were stored; null: it did not. */
function storedBefore(end) {
  const told = /"done":false,"accepted":(\d+),.*"code":"overloaded"/.exec(end)
  return told === null ? null : Number(told[1])
}

/** Sends lines as fast as they are taken, and counts those of the answer that are accepted messages. Resolves with how many were stored. */
export function stream(url, first, lines, expected) {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' } }, (answer) => {
      let [accepted, end] = [0, '']
      answer.on('data', (chunk) => {
        for (let at = chunk.indexOf('"message_id"'); at !== -1; at = chunk.indexOf('"message_id"', at + 1))
          accepted += 1
        end = (end + chunk.subarray(-END_BYTES).toString()).slice(-END_BYTES)
      })
      answer.on('end', () => {
        const stored = storedBefore(end)
        // A word that lies on the border of two chunks is missed.
        if (answer.statusCode === 200 && (stored !== null || accepted >= expected * 0.99)) resolve(stored ?? expected)
        else reject(new Error(`status ${answer.statusCode}, ${accepted} of ${expected} lines were accepted: …${end}`))
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
