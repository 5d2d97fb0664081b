import { expect, test } from 'vitest'
import { answer, block, createLine, frame, goaway, hello, KIND, number, OK, setting } from './frames.ts'

const SEED = Number(process.env['SEED'] ?? 482_913)
const FRAMES = Number(process.env['PROPERTY_RUNS'] ?? 4_000)
const PER_LINE = 40

/** Of every kind, as peers send them. */
const SEEDS = [
  answer(1),
  answer(3, 'x'.repeat(300)),
  frame(KIND.HEADERS, 0, 5, OK),
  frame(KIND.CONT, 4, 5, OK),
  frame(KIND.HEADERS, 4, 7, block({ ':status': '103' })),
  frame(KIND.HEADERS, 13, 7, Buffer.concat([Buffer.from([1]), OK, Buffer.alloc(1)])),
  frame(KIND.HEADERS, 4, 9, Buffer.from('3fe101886196d07abe941054d444a820059504', 'hex')),
  frame(KIND.DATA, 8, 5, Buffer.from([1, 97, 0])),
  frame(KIND.PRIORITY, 0, 1, '12345'),
  frame(KIND.RST, 0, 11, number(7)),
  hello(setting(1, 100), setting(3, 50), setting(4, 70_000), setting(5, 20_000), setting(6, 1)),
  frame(KIND.SETTINGS, 1, 0),
  frame(KIND.PING, 0, 0, '12345678'),
  goaway(13, 0),
  frame(KIND.WINDOW, 0, 0, number(1_000)),
  frame(KIND.WINDOW, 0, 13, number(1_000)),
  frame(200, 3, 9, 'what is this'),
]

test('whatever frames come, however broken, nothing is thrown, every call ends once, and little is kept', async () => {
  const random = randomFrom(SEED)
  let [sent, most, broken] = [0, 0, 0]
  while (sent < FRAMES) {
    const { connection, begin } = createLine()
    const calls = Array.from({ length: 10 }, (_, index) => begin('x'.repeat(index === 9 ? 70_000 : 100 * index)))
    for (let count = 0; count < PER_LINE && !connection.isOver; count += 1) {
      const bytes = mutate(SEEDS[random(SEEDS.length)] ?? OK, random)
      sent += 1
      const cut = random(bytes.length + 1)
      connection.receive(bytes.subarray(0, cut))
      connection.receive(bytes.subarray(cut))
    }
    broken += Number(connection.isOver)
    most = Math.max(most, connection.outbox.length)
    connection.lose()
    const results = await Promise.all(calls.map(({ result }) => result))
    expect(results.every(({ kind }) => kind === 'answer' || kind === 'fault')).toBe(true)
    expect(connection.requests.open).toBe(0)
  }
  expect(broken).toBeGreaterThan(FRAMES / 100)
  expect(most).toBeLessThan(400_000)
})

/** Some bytes are others, some frames are cut or repeated, some stay. */
function mutate(bytes: Buffer, random: (below: number) => number): Buffer {
  const made = Buffer.from(bytes)
  for (let times = random(3); times > 0; times -= 1) {
    const at = random(4) === 0 ? random(9) : random(made.length)
    made[at] = random(3) === 0 ? ([0, 1, 127, 128, 255][random(5)] ?? 0) : random(256)
  }
  if (random(8) === 0) return Buffer.concat([made, made])
  return random(8) === 0 ? made.subarray(0, random(made.length)) : made
}

/** Below 2³¹, by a linear congruence: the same for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
