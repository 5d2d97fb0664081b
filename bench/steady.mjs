// Load at an even pace, whatever becomes of it, in a process of its own: node bench/steady.mjs PER_SECOND SECONDS URL [URL …]. Each URL gets its
// part in turn. Prints one JSON object once all calls are answered; `errors` are those that were answered otherwise than with 200.
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

const CONTACTS = 3_200
/** As load.mjs has it. */
const FIRST_CONTACT = 15_005_551_000
const TICK_MS = 5
/** To each URL. */
const MOST_SOCKETS = 256

const [perSecond, seconds, ...urls] = process.argv.slice(2)

console.log(JSON.stringify(await offer(Number(perSecond), Number(seconds) * 1_000)))

/** Calls come when they are due: a slow answer delays none of those after it. */
async function offer(rate, ms) {
  const agent = new Agent({ keepAlive: true, maxSockets: MOST_SOCKETS })
  const calls = []
  const began = performance.now()
  for (let elapsed = 0; elapsed < ms; elapsed = performance.now() - began) {
    const due = Math.floor((Math.min(elapsed, ms) * rate) / 1_000)
    while (calls.length < due) calls.push(send(agent, calls.length, began + (calls.length * 1_000) / rate))
    await delay(TICK_MS)
  }
  const times = (await Promise.all(calls)).filter((time) => time !== null).toSorted((a, b) => a - b)
  agent.destroy()
  const at = (part) => times[Math.min(times.length - 1, Math.floor(part * times.length))]
  return { answered: times.length, errors: calls.length - times.length, p50Ms: at(0.5), p99Ms: at(0.99) }
}

/** Milliseconds from when it was due to its answer; null: it was not taken. */
function send(agent, number, dueAt) {
  const body = JSON.stringify({
    contact: `+${FIRST_CONTACT + (number % CONTACTS)}`,
    subject: 'Hello',
    message: 'Your code is 482913. It is good for ten minutes.',
  })
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  return new Promise((resolve) => {
    const call = request(`${urls[number % urls.length]}/smss`, { agent, method: 'POST', headers }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode === 200 ? performance.now() - dueAt : null))
    })
    call.on('error', () => resolve(null))
    call.end(body)
  })
}
