// One burst of load, in a process of its own: node bench/load.mjs URL SECONDS CONNECTIONS. Prints one JSON object.
import autocannon from 'autocannon'

const CONTACTS_PER_CONNECTION = 50
/** Personal numbers that nobody has, above those with which the sandbox plays a life. */
const FIRST_CONTACT = 15_005_551_000

const [url, seconds, connections] = process.argv.slice(2)
let clients = 0

const result = await autocannon({
  url: `${url}/smss`,
  connections: Number(connections),
  duration: Number(seconds),
  // Each connection has contacts of its own; else all of them would write to the same one at the same moment.
  setupClient: (client) => client.setRequests(requestsOf(clients++)),
})

const { latency, errors, timeouts, non2xx } = result
console.log(
  JSON.stringify({
    answered: result['2xx'],
    perSecond: result['2xx'] / result.duration,
    p50Ms: latency.p50,
    p99Ms: latency.p99,
    // A time-out is counted among the errors, too.
    errors: errors + non2xx,
    timeouts,
  }),
)

function requestsOf(client) {
  return Array.from({ length: CONTACTS_PER_CONNECTION }, (_, index) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      contact: `+${FIRST_CONTACT + client * CONTACTS_PER_CONNECTION + index}`,
      subject: 'Hello',
      message: 'Your code is 482913. It is good for ten minutes.',
    }),
  }))
}
