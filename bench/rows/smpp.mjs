import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { startSmsc } from '../smsc-process.mjs'
import { median, quotients, spreadText } from '../table.mjs'

const GOAL = 10

/** Submissions under way at once. */
const WINDOWS = [10, 100, 500]
const WARM_UP_MS = 1_000
const READY_MS = 10_000
const CONTACT = '201009129288'
const SENDER = '15005550006'
const TEXT = 'Your code is 482913. It is good for ten minutes.'
const NEVER = new AbortController().signal

export const row = {
  name: 'smpp',
  title: 'messages submitted by SMPP over one connection, each answered, beside the package smpp',
  needs: { packages: ['smpp'] },
  options: { rounds: 5, seconds: 4 },
  measure: measureSmpp,
  show,
}

/**
 * How many submit_sm a second one connection carries, each answered: our client beside `smpp` of npm, at the same SMSC, which does as little
 * as it can in a process of its own. By turns, in one process that does nothing else meanwhile.
 */
async function measureSmpp({ rounds, seconds }, tell) {
  const smsc = await startSmsc()
  try {
    const windows = []
    for (const window of WINDOWS) windows.push(await measureWindow(smsc, window, { rounds, seconds }, tell))
    return { rounds, seconds, windows }
  } finally {
    await smsc.stop()
  }
}

async function measureWindow(smsc, window, { rounds, seconds }, tell) {
  const peers = { tidings: await openTidings(smsc.port, window), smpp: await openSmpp(smsc.port) }
  const results = { tidings: [], smpp: [] }
  try {
    for (const peer of Object.values(peers)) await round(peer, window, WARM_UP_MS)
    for (let number = 1; number <= rounds; number += 1) {
      for (const [name, peer] of Object.entries(peers)) {
        const result = await round(peer, window, seconds * 1_000)
        results[name].push(result)
        tell(`window ${window}, round ${number} of ${rounds}: ${name} ${Math.round(result.perSecond)}/s`)
      }
    }
  } finally {
    for (const peer of Object.values(peers)) await peer.close()
  }
  const { tidings, smpp } = results
  const ratio = quotients(tidings, smpp, 'perSecond')
  return { window, tidings: medians(tidings), smpp: medians(smpp), ratio, results }
}

function medians(rounds) {
  return {
    perSecond: median(rounds.map((one) => one.perSecond)),
    micros: median(rounds.map((one) => one.micros)),
  }
}

/** A submission follows each answer, until the time is over. */
async function round(peer, window, ms) {
  const [cpu, began] = [process.cpuUsage(), performance.now()]
  const end = began + ms
  let accepted = 0
  const isOver = () => {
    accepted += 1
    return performance.now() >= end
  }
  await Promise.all(Array.from({ length: window }, () => peer.submitUntil(isOver)))
  const { user, system } = process.cpuUsage(cpu)
  return { accepted, perSecond: (accepted * 1_000) / (performance.now() - began), micros: (user + system) / accepted }
}

async function openTidings(port, window) {
  const { openBenchSmpp } = await import('../smpp-provider.mjs')
  const provider = openBenchSmpp({ port, query: `window=${window}` })
  const deadline = performance.now() + READY_MS
  while (provider.window === 0) {
    if (performance.now() > deadline) throw new Error('our client is not bound')
    await delay(10)
  }
  let messageId = 0
  return {
    async submitUntil(isOver) {
      for (;;) {
        messageId += 1
        const sms = { messageId, attempt: 1, contact: `+${CONTACT}`, sender: null, text: TEXT, segments: 1 }
        const { kind } = await provider.submit({ ...sms, validitySeconds: 86_400 }, NEVER)
        if (kind !== 'accepted') throw new Error('our client: not accepted')
        if (isOver()) return
      }
    },
    close: () => provider.close(),
  }
}

async function openSmpp(port) {
  const { default: smpp } = await import('smpp')
  const session = smpp.connect({ host: '127.0.0.1', port })
  await once(session, 'connect')
  await new Promise((resolve) => session.bind_transceiver({ system_id: 'bench', password: 'bench' }, resolve))
  // The same fields as ours has, so that both write as many octets.
  const fields = {
    source_addr_ton: 1,
    source_addr_npi: 1,
    source_addr: SENDER,
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    destination_addr: CONTACT,
    validity_period: '000001000000000R',
    registered_delivery: 1,
    data_coding: 0,
    short_message: TEXT,
  }
  return {
    submitUntil: (isOver) =>
      new Promise((resolve, reject) => {
        const submit = () =>
          session.submit_sm(fields, ({ command_status: status }) => {
            if (status !== 0) reject(new Error('smpp: not accepted'))
            else if (isOver()) resolve()
            else submit()
          })
        submit()
      }),
    async close() {
      const closed = once(session, 'close')
      session.destroy()
      await closed
    },
  }
}

function show({ rounds, seconds, windows }) {
  const cells = ({ window, tidings, smpp, ratio }) => [
    String(window),
    tidings.perSecond.toFixed(0),
    smpp.perSecond.toFixed(0),
    ratio.median.toFixed(1),
    tidings.micros.toFixed(1),
    smpp.micros.toFixed(1),
  ]
  const head = ['window', 'Tidings/s', 'smpp/s', 'times', 'CPU µs: Tidings', 'smpp']
  return {
    tables: [{ head, rows: windows.map(cells) }],
    verdicts: windows.map(({ window, ratio }) => ({
      goal: `≥ ${GOAL} × smpp at a window of ${window}`,
      figure: `${spreadText(ratio, 1)} times as many`,
      met: ratio.median >= GOAL,
    })),
    notes: [`Medians of ${rounds} alternating rounds of ${seconds} s.`],
  }
}
