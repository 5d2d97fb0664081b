import { expect, test } from 'vitest'
import { follow } from '../../../web/dashboard/live.ts'
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

test('a stream that is refused is followed by a call, which says why', async () => {
  const source = Object.assign(new EventTarget(), { readyState: 0, CLOSED: 2, close: () => undefined })
  const links: string[] = []
  let looks = 0
  const end = follow(
    () => source as unknown as EventSource,
    (link) => links.push(link),
    () => void (looks += 1),
  )
  source.dispatchEvent(new Event('error'))
  source.readyState = source.CLOSED
  source.dispatchEvent(new Event('error'))
  await until(() => looks === 1)
  expect(links).toEqual(['reconnecting', 'reconnecting'])
  end()
})
