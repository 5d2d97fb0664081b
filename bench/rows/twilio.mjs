import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { median, quotients, spreadText } from '../table.mjs'

const GOAL = 10

/** Submissions under way at once: as many as a node has. */
const WINDOW = 32
const WARM_UP_MS = 1_000
const SMS = { to: '+201009129288', from: '+15005550006', body: 'Your code is 482913. It is good for ten minutes.' }
const NEVER = new AbortController().signal

export const row = {
  name: 'twilio',
  title: 'messages handed to the look-alike of Twilio by our adapter, beside the official SDK',
  needs: { packages: ['twilio'] },
  options: { rounds: 5, seconds: 4 },
  measure: measureTwilio,
  show,
}

/** How many messages a second are handed to the look-alike of Twilio: our adapter beside the official SDK, by turns in one process. */
async function measureTwilio({ rounds, seconds }, tell) {
  const fake = await startFake()
  const peers = { tidings: await openTidings(fake), sdk: await openSdk(fake) }
  const results = { tidings: [], sdk: [] }
  try {
    for (const peer of Object.values(peers)) await round(peer, WARM_UP_MS)
    for (let number = 1; number <= rounds; number += 1) {
      for (const [name, peer] of Object.entries(peers)) {
        const result = await round(peer, seconds * 1_000)
        results[name].push(result)
        tell(`round ${number} of ${rounds}: ${name} ${Math.round(result.perSecond)}/s`)
      }
    }
  } finally {
    await peers.tidings.close()
    await fake.stop()
  }
  const of = (name, key) => median(results[name].map((one) => one[key]))
  const summary = (name) => ({ perSecond: of(name, 'perSecond'), micros: of(name, 'micros') })
  return {
    rounds,
    seconds,
    tidings: summary('tidings'),
    sdk: summary('sdk'),
    ratio: quotients(results.tidings, results.sdk, 'perSecond'),
    cpuRatio: quotients(results.sdk, results.tidings, 'micros'),
    results,
  }
}

async function round(peer, ms) {
  const [cpu, began] = [process.cpuUsage(), performance.now()]
  const end = began + ms
  let accepted = 0
  const submitAll = async () => {
    while (performance.now() < end) {
      await peer.submit()
      accepted += 1
    }
  }
  await Promise.all(Array.from({ length: WINDOW }, submitAll))
  const { user, system } = process.cpuUsage(cpu)
  return { accepted, perSecond: (accepted * 1_000) / (performance.now() - began), micros: (user + system) / accepted }
}

async function startFake() {
  const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
  const child = spawn(process.execPath, [program, 'fake', 'twilio'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const said = {}
  for await (const line of createInterface(child.stdout)) {
    const [name, value = ''] = line.split('=')
    said[name] = value
    if (name === 'TWILIO_AUTH_TOKEN') break
  }
  return {
    url: said.TWILIO_BASE_URL,
    accountSid: said.TWILIO_ACCOUNT_SID,
    authToken: said.TWILIO_AUTH_TOKEN,
    async stop() {
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

async function openTidings({ url, accountSid, authToken }) {
  const { createTwilio, TWILIO_WINDOW } = await import('../../dist/providers/twilio.js')
  const { createHttpCall } = await import('../../dist/providers/http-call.js')
  const sender = { kind: 'from', from: SMS.from }
  const account = { name: 'twilio', accountSid, authToken, apiKey: null, sender, baseUrl: url, publicUrl: null }
  const call = createHttpCall({ connections: TWILIO_WINDOW })
  const provider = createTwilio(account, { call, now: () => new Date() })
  const sms = { attempt: 1, contact: SMS.to, sender: null, text: SMS.body, segments: 1, validitySeconds: 14_400 }
  let messageId = 0
  return {
    async submit() {
      messageId += 1
      const { kind } = await provider.submit({ ...sms, messageId }, NEVER)
      if (kind !== 'accepted') throw new Error('our adapter: not accepted')
    },
    close: () => provider.close(),
  }
}

/** Its requests led to the look-alike, over connections that are kept. */
async function openSdk({ url, accountSid, authToken }) {
  const { default: twilio } = await import('twilio')
  const httpClient = new twilio.RequestClient({ keepAlive: true, maxSockets: WINDOW })
  const send = httpClient.request.bind(httpClient)
  httpClient.request = (options) => send({ ...options, uri: options.uri.replace('https://api.twilio.com', url) })
  const client = twilio(accountSid, authToken, { httpClient })
  return {
    async submit() {
      const { sid, to } = await client.messages.create({ ...SMS, validityPeriod: 14_400 })
      if (!/^SM[0-9a-f]{32}$/.test(sid) || to !== SMS.to) throw new Error('the SDK: not accepted')
    },
  }
}

function show({ rounds, seconds, tidings, sdk, ratio, cpuRatio }) {
  const cells = (name, one) => [name, one.perSecond.toFixed(0), one.micros.toFixed(0)]
  return {
    tables: [{ head: ['', 'messages/s', 'CPU µs'], rows: [cells('Tidings', tidings), cells('the SDK twilio', sdk)] }],
    verdicts: [
      { goal: `≥ ${GOAL} × the SDK`, figure: `${spreadText(ratio, 1)} times as many`, met: ratio.median >= GOAL },
      {
        goal: 'more than the SDK for the same CPU',
        figure: `${spreadText(cpuRatio, 1)} times as many`,
        met: cpuRatio.median > 1,
      },
    ],
    notes: [
      `Medians of ${rounds} alternating rounds of ${seconds} s, ${WINDOW} messages at once; the look-alike takes its share of the machine.`,
    ],
  }
}
