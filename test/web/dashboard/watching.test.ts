import { expect, test } from 'vitest'
import { follow } from '../../../web/dashboard/follow.ts'
import { createMessagesClient } from '../../../web/dashboard/messages/client.ts'
import { watchMs } from '../../../web/dashboard/messages/words.ts'
import { whenSeen } from '../../../web/dashboard/when-seen.ts'
import { until } from '../../support/until.ts'

/** A page that is hidden until it is shown. */
class HiddenPage extends EventTarget {
  visibilityState: 'hidden' | 'visible' = 'hidden'

  turn(to: 'hidden' | 'visible'): void {
    this.visibilityState = to
    this.dispatchEvent(new Event('visibilitychange'))
  }
}

test('a page that nobody sees asks for nothing; it does once it is seen again', async () => {
  const page = new HiddenPage()
  const done: string[] = []
  whenSeen(() => done.push('work'), 0, page)
  await new Promise<void>((resolve) => void whenSeen(resolve, 1, new ShownPage()))
  expect(done).toEqual([])
  page.turn('hidden')
  expect(done).toEqual([])
  page.turn('visible')
  page.turn('visible')
  expect(done).toEqual(['work'])
})

class ShownPage extends HiddenPage {
  override visibilityState: 'hidden' | 'visible' = 'visible'
}

test('what is called off is not done, seen or not', async () => {
  const page = new HiddenPage()
  const done: string[] = []
  const callOff = whenSeen(() => done.push('work'), 0, page)
  await new Promise<void>((resolve) => void whenSeen(resolve, 1, new ShownPage()))
  callOff()
  page.turn('visible')
  expect(done).toEqual([])
})

test('a message that stays open is looked at less and less often', () => {
  const now = new Date('2026-03-01T14:00:00.000Z')
  const after = (seconds: number): number =>
    watchMs({ created_at: new Date(now.getTime() - seconds * 1_000).toISOString() }, now)
  expect([0, 60, 600, 86_400 * 30].map(after)).toEqual([4_000, 4_000, 12_000, 60_000])
  // A clock that is behind the service's.
  expect(after(-3_600)).toBe(4_000)
})

test('a person is shown by what a node of the version before tells', async () => {
  const answer = { success: true, client: { contact: '+201009129288', messages: 0 }, data: [], next: null }
  const client = createMessagesClient(async () => Response.json(answer))
  expect(await client.person('+201009129288', null, null)).toMatchObject({ flags: [], data: [], next: null })
})

/** A stream that answers when it is told to. */
class Stream extends EventTarget {
  readonly CLOSED = 2
  readyState = 0

  close(): void {
    this.readyState = this.CLOSED
  }
}

function followed(page: HiddenPage): { streams: Stream[]; links: string[]; looks: () => number; end: () => void } {
  const streams: Stream[] = []
  const links: string[] = []
  let looks = 0
  const open = (): Stream => {
    const stream = new Stream()
    streams.push(stream)
    return stream
  }
  const onLink = (link: string): void => void links.push(link)
  const end = follow(open, onLink, () => void (looks += 1), page)
  return { streams, links, looks: () => looks, end }
}

test('a stream that is refused is followed by a call, which says why', async () => {
  const { streams, links, looks, end } = followed(new ShownPage())
  streams[0]?.dispatchEvent(new Event('error'))
  streams[0]?.close()
  streams[0]?.dispatchEvent(new Event('error'))
  await until(() => looks() === 1)
  expect(links).toEqual(['reconnecting', 'reconnecting'])
  end()
})

test('events are followed only while somebody sees the page', () => {
  const page = new HiddenPage()
  const { streams, links, end } = followed(page)
  expect(streams).toEqual([])
  page.turn('visible')
  streams[0]?.dispatchEvent(new Event('ready'))
  page.turn('visible')
  expect(streams).toHaveLength(1)
  page.turn('hidden')
  expect(streams[0]?.readyState).toBe(2)
  page.turn('visible')
  expect(streams.map(({ readyState }) => readyState)).toEqual([2, 0])
  expect(links).toEqual(['live', 'reconnecting'])
  end()
  page.turn('hidden')
  page.turn('visible')
  expect(streams.map(({ readyState }) => readyState)).toEqual([2, 2])
})
