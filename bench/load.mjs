// One burst of load, in a process of its own: node bench/load.mjs URL SECONDS CONNECTIONS. Prints one JSON object. It is made by wrk
// where that is installed (Debian has it), which takes a fifth of the CPU that autocannon takes from what is measured. BENCH_KEY is the callers' API key. An answer
// that is not what it should be ends it: every status is looked at, and the body of one call before and one after.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const CONTACTS = 3_200
/** Personal numbers that nobody has, above those with which the sandbox plays a life. */
const FIRST_CONTACT = 15_005_551_000

const [url, seconds, connections] = process.argv.slice(2)
const { BENCH_KEY: KEY } = process.env
const HEADERS = { 'content-type': 'application/json', ...(KEY === undefined ? {} : { authorization: `Bearer ${KEY}` }) }

await checkOne()
const { refused, ...load } = (await byWrk()) ?? (await byAutocannon())
if (refused > 0) throw new Error(`${url}: ${refused} of ${load.answered + refused} calls were not answered with 200`)
await checkOne()
console.log(JSON.stringify(load))

async function checkOne() {
  const answer = await fetch(`${url}/smss`, { method: 'POST', headers: HEADERS, body: bodyOf(FIRST_CONTACT) })
  const text = await answer.text()
  const { success, message_id: id, segments } = answer.status === 200 ? JSON.parse(text) : {}
  if (success === true && Number.isInteger(id) && segments === 1) return
  throw new Error(`${url} answered ${answer.status} ${text}`)
}

function bodyOf(contact) {
  return JSON.stringify({
    contact: `+${contact}`,
    subject: 'Hello',
    message: 'Your code is 482913. It is good for ten minutes.',
  })
}

/** Null where it is not installed. */
async function byWrk() {
  const script = fileURLToPath(new URL('load.lua', import.meta.url))
  const args = ['--threads', '1', '--connections', connections, '--duration', `${seconds}s`, '--script', script]
  const env = { ...process.env, CONTACTS: String(CONTACTS), FIRST_CONTACT: String(FIRST_CONTACT) }
  try {
    const { stdout } = await promisify(execFile)('wrk', [...args, '--latency', url], { env })
    return { tool: 'wrk', ...JSON.parse(stdout.trim().split('\n').at(-1)) }
  } catch (error) {
    if (error.code === 'ENOENT') return null
    throw error
  }
}

async function byAutocannon() {
  const { default: autocannon } = await import('autocannon')
  let clients = 0
  const result = await autocannon({
    url: `${url}/smss`,
    connections: Number(connections),
    duration: Number(seconds),
    // Each connection has contacts of its own; else all of them would write to the same one at the same moment.
    setupClient: (client) => client.setRequests(requestsOf(clients++)),
  })
  const { latency, errors, timeouts, non2xx } = result
  return {
    tool: 'autocannon',
    answered: result['2xx'],
    perSecond: result['2xx'] / result.duration,
    p50Ms: latency.p50,
    p99Ms: latency.p99,
    // A time-out is counted among the errors, too.
    errors: errors + non2xx,
    timeouts,
    refused: errors - timeouts + non2xx,
  }
}

function requestsOf(client) {
  const each = Math.floor(CONTACTS / Number(connections))
  return Array.from({ length: each }, (_, index) => ({
    method: 'POST',
    headers: HEADERS,
    body: bodyOf(FIRST_CONTACT + client * each + index),
  }))
}
