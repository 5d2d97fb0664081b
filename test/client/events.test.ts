import { expect, test } from 'vitest'
import { createTidings } from '../../src/client/tidings.ts'

const RETRY = 'retry: 2000\n\n'
const READY = 'event: ready\nid: 7-1\ndata: {}\n\n'
const CAPTURED = 'event: message\nid: 7-2\ndata: {"type":"sms.captured","timestamp":"","data":{"message_id":1}}\n\n'

/** Follows connections that break off after these texts, until there are no more of them. */
async function follow(...bodies: readonly string[]): Promise<{
  readonly ids: readonly string[]
  /** The place that each connection asked to go on from. */
  readonly places: readonly (string | null)[]
  readonly waitsMs: readonly number[]
}> {
  const [ids, places, waitsMs]: [string[], (string | null)[], number[]] = [[], [], []]
  const stop = new AbortController()
  const { events } = createTidings({
    url: 'http://localhost:5000',
    async fetch({ headers }) {
      const body = bodies[places.push(headers.get('last-event-id')) - 1]
      if (body === undefined) stop.abort(new Error('enough'))
      return new Response(body ?? RETRY, { headers: { 'content-type': 'text/event-stream' } })
    },
    world: { chance: () => 1, sleep: async (ms) => void waitsMs.push(ms) },
  })
  const loop = async (): Promise<void> => {
    for await (const { id } of events({}, { signal: stop.signal })) ids.push(id)
  }
  await expect(loop()).rejects.toThrow('enough')
  return { ids, places, waitsMs }
}

test('a connection that breaks off before it says anything does not lose the place', async () => {
  const { ids, places } = await follow(RETRY + READY + CAPTURED, RETRY)
  expect(ids).toEqual(['7-2'])
  expect(places).toEqual([null, '7-2', '7-2'])
})

test('connections that break off before they say anything are tried less and less often', async () => {
  const { waitsMs } = await follow(RETRY + READY, RETRY, RETRY, RETRY + READY)
  expect(waitsMs).toEqual([250, 500, 1_000, 250])
})
