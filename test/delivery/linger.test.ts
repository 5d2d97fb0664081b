import { expect, test } from 'vitest'
import { createLinger, type Linger } from '../../src/delivery/linger.ts'

interface World {
  ms: number
  nodes: number
  waits: boolean
  pressed: boolean
}

/** A linger in a world that stands still; `lingered` has the waits that were asked for, in ms, and none of them ends by itself. */
function linger(): { linger: Linger; world: World; lingered: number[] } {
  const world = { ms: 0, nodes: 1, waits: false, pressed: false }
  const lingered: number[] = []
  return {
    world,
    lingered,
    linger: createLinger({
      nodes: () => world.nodes,
      now: () => world.ms,
      wait: (ms) => new Promise(() => lingered.push(ms)),
      isPressed: () => world.pressed,
      wantsStart: () => world.waits,
    }),
  }
}

/** Whether it goes on by now. */
async function hasTurn(turn: Promise<void>): Promise<boolean> {
  return Promise.race([turn.then(() => true), new Promise<false>((resolve) => setImmediate(() => resolve(false)))])
}

test('outcomes alone wait for others to be written with', async () => {
  const { linger: one, lingered, world } = linger()
  await one.turn()
  world.ms = 5
  expect(await hasTurn(one.turn())).toBe(false)
  expect(lingered).toEqual([15])
})

test('where few submissions are started, none of them waits for others', async () => {
  const { linger: one, lingered, world } = linger()
  world.waits = true
  for (let turn = 0; turn < 200; turn++) {
    await one.turn()
    one.starts(1)
    world.ms += 3
  }
  expect(lingered).toEqual([])
})

test('a submission that comes while outcomes gather is not held up by them', async () => {
  const { linger: one, world } = linger()
  await one.turn()
  const turn = one.turn()
  one.look()
  expect(await hasTurn(turn)).toBe(false)
  world.waits = true
  one.look()
  expect(await hasTurn(turn)).toBe(true)
})

test('where many are started, they wait for one another, and soon no more once they are over', async () => {
  const { linger: one, lingered, world } = linger()
  world.waits = true
  await one.turn()
  one.starts(10_000)
  world.ms = 4
  expect(await hasTurn(one.turn())).toBe(false)
  expect(lingered).toEqual([16])
  world.ms = 127
  one.look()
  await one.turn()
  world.ms = 128
  expect(await hasTurn(one.turn())).toBe(true)
})

test('nodes share how many may be started without waiting', async () => {
  const { linger: one, lingered, world } = linger()
  Object.assign(world, { nodes: 4, waits: true })
  await one.turn()
  one.starts(50)
  world.ms = 9
  expect(await hasTurn(one.turn())).toBe(false)
  expect(lingered).toEqual([71])
  one.look()
  world.ms = 10
  expect(await hasTurn(one.turn())).toBe(true)
})

test('a window that is what a lane waits for is never kept waiting', async () => {
  const { linger: one, world } = linger()
  await one.turn()
  one.starts(10_000)
  world.pressed = true
  expect(await hasTurn(one.turn())).toBe(true)
})
