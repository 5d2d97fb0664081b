// An SMSC that does as little as one can, so that it is not what is measured. Forked: says its port, then answers `{ask: 'count'}`; `{receipts}`
// turns receipts on or off and begins to count anew. What calls its other port, by HTTP, is answered 200 and counted.
import { createServer as createHttp } from 'node:http'
import { createServer } from 'node:net'
import { performance } from 'node:perf_hooks'

/** Source of ids, bodies and tags: SMPP v3.4 §4 and §5. */
const HEADER = 16
const SUBMIT_SM = 4
const DELIVER_SM = 5
const DELIVER_SM_RESP = 0x80_00_00_05
const UNBIND = 6
const ENQUIRE_LINK = 0x15
const BINDS = [1, 2, 9]
const RESPONSE = 0x80_00_00_00

/** Decimal digits of a message id. */
const ID_DIGITS = 10
/** Receipts that wait for their answer at once on one connection. */
const WINDOW = 100
/** So many that two lives of it don't give the same ones. */
let lastId = Math.floor(performance.timeOrigin / 1_000) * 1_000_000

let [submits, acknowledged, refused, calls] = [0, 0, 0, 0]
let [lastSubmitMs, lastAcknowledgedMs] = [0, 0]
let sendsReceipts = false

const now = () => performance.timeOrigin + performance.now()

function serve(socket) {
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  let rest = Buffer.alloc(0)
  let sequence = 0
  let underWay = 0
  const waiting = []
  const receipts = new Map()

  function pump() {
    const going = waiting.splice(0, WINDOW - underWay)
    if (going.length === 0) return
    underWay += going.length
    for (const receipt of going) {
      sequence = (sequence % 0x7f_ff_ff_ff) + 1
      receipt.writeUInt32BE(sequence, 12)
      receipts.set(sequence, receipt)
    }
    socket.write(Buffer.concat(going))
  }

  function onReceiptAnswer(bytes, at) {
    const number = bytes.readUInt32BE(at + 12)
    const receipt = receipts.get(number)
    if (!receipts.delete(number)) return
    underWay -= 1
    if (bytes.readUInt32BE(at + 8) === 0) {
      acknowledged += 1
      lastAcknowledgedMs = now()
    } else {
      refused += 1
      waiting.push(receipt)
    }
  }

  socket.on('data', (piece) => {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    // No answer is longer than what it answers, but for that to a bind, of which there is one.
    const out = Buffer.allocUnsafe(bytes.length + 64)
    let [at, end, hasSubmit] = [0, 0, false]
    while (bytes.length - at >= HEADER) {
      const length = bytes.readUInt32BE(at)
      if (bytes.length - at < length) break
      const command = bytes.readUInt32BE(at + 4)
      if (command === SUBMIT_SM) {
        submits += 1
        hasSubmit = true
        lastId += 1
        const id = String(lastId).slice(-ID_DIGITS)
        if (sendsReceipts) waiting.push(...receiptOf(bytes, at + HEADER, id))
        end = writeAnswer(out, end, bytes, at, `${id}\0`)
      } else if (command === DELIVER_SM_RESP) onReceiptAnswer(bytes, at)
      else if (command === ENQUIRE_LINK || command === UNBIND) end = writeAnswer(out, end, bytes, at, '')
      else if (BINDS.includes(command)) end = writeAnswer(out, end, bytes, at, 'bench\0')
      at += length
    }
    if (hasSubmit) lastSubmitMs = now()
    rest = bytes.subarray(at)
    if (end > 0) socket.write(out.subarray(0, end))
    pump()
  })
}

function writeAnswer(out, at, request, from, body) {
  out.writeUInt32BE(HEADER + body.length, at)
  out.writeUInt32BE((request.readUInt32BE(from + 4) | RESPONSE) >>> 0, at + 4)
  out.writeUInt32BE(0, at + 8)
  out.writeUInt32BE(request.readUInt32BE(from + 12), at + 12)
  return at + HEADER + out.latin1Write(body, at + HEADER)
}

/** One, or none where none is asked for. */
function receiptOf(bytes, from, id) {
  const source = bytes.indexOf(0, from) + 3
  const destination = bytes.indexOf(0, source) + 3
  const classAt = bytes.indexOf(0, destination) + 1
  const registered = bytes.indexOf(0, bytes.indexOf(0, classAt + 3) + 1) + 1
  if ((bytes[registered] & 1) === 0) return []
  const [ours, theirs] = [bytes.subarray(source, destination - 2), bytes.subarray(destination, classAt)]
  const text = `id:${id} sub:001 dlvrd:001 submit date:2611231200 done date:2611231201 stat:DELIVRD err:000 text:`
  const parts = [
    Buffer.alloc(HEADER),
    Buffer.of(0, 1, 1),
    theirs,
    Buffer.of(1, 1),
    ours,
    // esm_class says that it is a receipt.
    Buffer.of(4, 0, 0, 0, 0, 0, 0, 0, 0, text.length),
    Buffer.from(text),
    // receipted_message_id and message_state.
    Buffer.of(0, 0x1e, 0, id.length + 1),
    Buffer.from(`${id}\0`),
    Buffer.of(4, 0x27, 0, 1, 2),
  ]
  const pdu = Buffer.concat(parts)
  pdu.writeUInt32BE(pdu.length, 0)
  pdu.writeUInt32BE(DELIVER_SM, 4)
  return [pdu]
}

const smsc = createServer(serve)
const sink = createHttp((request, response) => {
  calls += 1
  request.resume()
  response.writeHead(200, { 'content-length': 0 }).end()
})

process.on('message', ({ ask, receipts }) => {
  if (receipts !== undefined) {
    sendsReceipts = receipts
    submits = acknowledged = refused = calls = lastSubmitMs = lastAcknowledgedMs = 0
  }
  process.send({ ask, submits, acknowledged, refused, calls, lastSubmitMs, lastAcknowledgedMs })
})
process.on('disconnect', () => process.exit())
smsc.listen(0, '127.0.0.1', () => {
  sink.listen(0, '127.0.0.1', () => process.send({ port: smsc.address().port, sinkPort: sink.address().port }))
})
