import { median } from '../table.mjs'

const ROUND_MS = 150
const TEXT = 'Your code is 482913. It is good for ten minutes.'
const RECEIPT =
  'id:0A1B2C3D sub:001 dlvrd:001 submit date:2611231155 done date:2611231156 stat:DELIVRD err:000 text:Your'

const OPTIONS = { charset: 'gsm7', joining: '8', reference: 1 }
const NOTHING = Buffer.alloc(0)
const SOURCE = { ton: 5, npi: 0, address: 'Tidings' }
const DESTINATION = { ton: 1, npi: 1, address: '201009129288' }

const ADDRESSES = {
  source_addr_ton: 5,
  source_addr: 'Tidings',
  dest_addr_ton: 1,
  dest_addr_npi: 1,
  destination_addr: '201009129288',
}

export const row = {
  name: 'smpp-codec',
  title: 'writing and reading PDUs of SMPP, without a socket, beside the package smpp',
  needs: { packages: ['smpp'] },
  options: { rounds: 7 },
  measure,
  show,
}

/** In one process, by turns. Each pair does the same work, except that `smpp` leaves the text of a receipt to others. */
async function measure({ rounds }, tell) {
  const jobs = await makeJobs()
  await check(jobs)
  const measured = Object.entries(jobs).map(([name, job]) => {
    const results = { tidings: [], smpp: [] }
    for (let number = 0; number <= rounds; number++) {
      for (const [peer, list] of Object.entries(results)) {
        const nanoseconds = nanosecondsOf(job[peer])
        // The first round warms up.
        if (number > 0) list.push(nanoseconds)
      }
    }
    tell(name)
    return { name, tidings: median(results.tidings), smpp: median(results.smpp), results }
  })
  return { rounds, measured }
}

function show({ rounds, measured }) {
  const sum = (peer) => measured.slice(0, 3).reduce((total, one) => total + one[peer], 0)
  const message = { name: 'one message: the first three', tidings: sum('tidings'), smpp: sum('smpp') }
  const cells = ({ name, tidings, smpp }) => [name, tidings.toFixed(0), smpp.toFixed(0), (smpp / tidings).toFixed(1)]
  return {
    tables: [{ head: ['', 'Tidings ns', 'smpp ns', 'times'], rows: [...measured, message].map(cells) }],
    verdicts: [
      {
        goal: 'less CPU than smpp for one message',
        figure: `${(message.smpp / message.tidings).toFixed(1)} times less`,
        met: message.tidings < message.smpp,
      },
    ],
    notes: [`Processor time of one call; medians of ${rounds} alternating rounds.`],
  }
}

async function makeJobs() {
  const { default: smpp } = await import('smpp')
  const { decodePdu } = await import('../../dist/providers/smpp/decode.js')
  const { encodeSubmitSm } = await import('../../dist/providers/smpp/encode.js')
  const { planSubmission } = await import('../../dist/providers/smpp/parts.js')
  const { readReceipt } = await import('../../dist/providers/smpp/receipts.js')
  const resp = new smpp.PDU('submit_sm_resp', { sequence_number: 7, message_id: '0A1B2C3D' }).toBuffer()
  const deliver = new smpp.PDU('deliver_sm', {
    ...ADDRESSES,
    sequence_number: 7,
    esm_class: 4,
    short_message: Buffer.from(RECEIPT),
    receipted_message_id: '0A1B2C3D',
    message_state: 2,
  }).toBuffer()

  let sequence = 0

  return {
    'submit_sm, written': {
      tidings() {
        const { dataCoding, parts } = planSubmission(TEXT, OPTIONS)
        const [{ esmClass, shortMessage }] = parts
        const message = {
          serviceType: '',
          source: SOURCE,
          destination: DESTINATION,
          esmClass,
          protocolId: 0,
          priorityFlag: 0,
          scheduleDeliveryTime: '',
          validityPeriod: '000000010000000R',
          registeredDelivery: 1,
          replaceIfPresentFlag: 0,
          dataCoding,
          smDefaultMsgId: 0,
          shortMessage,
        }
        return encodeSubmitSm(++sequence, message, NOTHING)
      },
      smpp: () =>
        new smpp.PDU('submit_sm', {
          ...ADDRESSES,
          sequence_number: ++sequence,
          validity_period: '000000010000000R',
          registered_delivery: 1,
          data_coding: 0,
          short_message: TEXT,
        }).toBuffer(),
    },
    'submit_sm_resp, read': { tidings: () => decodePdu(resp), smpp: () => new smpp.PDU(resp) },
    'deliver_sm, read': { tidings: () => decodePdu(deliver), smpp: () => new smpp.PDU(deliver) },
    'deliver_sm, read with its receipt': {
      tidings: () => readReceipt(decodePdu(deliver)),
      smpp: () => new smpp.PDU(deliver),
    },
  }
}

/** What is measured does what it is called: `smpp` reads what ours writes, and both read the same of what comes. */
async function check(jobs) {
  const { default: smpp } = await import('smpp')
  const [written, response, deliver, receipt] = Object.values(jobs)
  const read = ({ short_message: text, destination_addr: to }) => `${to} ${text.message ?? text}`
  const facts = {
    written: [read(new smpp.PDU(written.tidings())), read(new smpp.PDU(written.smpp()))],
    response: [response.tidings().messageId, response.smpp().message_id],
    deliver: [deliver.tidings().destination.address, deliver.smpp().destination_addr],
    receipt: [receipt.tidings().rawMessageId, receipt.smpp().receipted_message_id],
  }
  for (const [name, [ours, theirs]] of Object.entries(facts)) {
    if (ours === undefined || ours !== theirs) throw new Error(`${name}: ${ours} and ${theirs} should be the same`)
  }
}

/** Nanoseconds of processor time for one call: what else runs on the machine counts less than on a clock. */
function nanosecondsOf(call) {
  let calls = 0
  const started = process.cpuUsage()
  let usedMs = 0
  while (usedMs < ROUND_MS) {
    for (let turn = 0; turn < 500; turn++) call()
    calls += 500
    const { user, system } = process.cpuUsage(started)
    usedMs = (user + system) / 1e3
  }
  return (usedMs * 1e6) / calls
}
