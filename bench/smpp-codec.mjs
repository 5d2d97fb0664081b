// What writing and reading PDUs takes, beside `smpp` of npm: no socket, one process, by turns. node bench/smpp-codec.mjs
import smpp from 'smpp'
import { decodePdu } from '../dist/providers/smpp/decode.js'
import { encodeSubmitSm } from '../dist/providers/smpp/encode.js'
import { planSubmission } from '../dist/providers/smpp/parts.js'
import { readReceipt } from '../dist/providers/smpp/receipts.js'
import { median, table } from './table.mjs'

const ROUNDS = 7
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

const RESP = new smpp.PDU('submit_sm_resp', { sequence_number: 7, message_id: '0A1B2C3D' }).toBuffer()
const DELIVER = new smpp.PDU('deliver_sm', {
  ...ADDRESSES,
  sequence_number: 7,
  esm_class: 4,
  short_message: Buffer.from(RECEIPT),
  receipted_message_id: '0A1B2C3D',
  message_state: 2,
}).toBuffer()

let sequence = 0

/** Each pair does the same work, except that `smpp` leaves the text of a receipt to others. */
const JOBS = {
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
  'submit_sm_resp, read': { tidings: () => decodePdu(RESP), smpp: () => new smpp.PDU(RESP) },
  'deliver_sm, read': { tidings: () => decodePdu(DELIVER), smpp: () => new smpp.PDU(DELIVER) },
  'deliver_sm, read with its receipt': {
    tidings: () => readReceipt(decodePdu(DELIVER)),
    smpp: () => new smpp.PDU(DELIVER),
  },
}

const rows = Object.entries(JOBS).map(([name, job]) => {
  const results = { tidings: [], smpp: [] }
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [peer, list] of Object.entries(results)) {
      const nanoseconds = measure(job[peer])
      // The first round warms up.
      if (round > 0) list.push(nanoseconds)
    }
  }
  return [name, median(results.tidings), median(results.smpp)]
})
const sum = (column) => rows.slice(0, 3).reduce((total, row) => total + row[column], 0)
rows.push(['one message: the first three', sum(1), sum(2)])
const lines = rows.map(([name, ours, theirs]) => [
  name,
  `${Math.round(ours)} ns`,
  `${Math.round(theirs)} ns`,
  `${(theirs / ours).toFixed(1)} ×`,
])
console.log(table([['', 'Tidings', 'smpp', 'ratio'], ...lines]))

/** Nanoseconds of processor time for one call: what else runs on the machine counts less than on a clock. */
function measure(call) {
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
