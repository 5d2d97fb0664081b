import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { within } from '../../src/domain/time-limit.ts'

const HOUR_MS = 3_600_000

/** Ends only with the signal, for its reason. */
async function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('no reason'))
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
  })
}

test('what takes too long is aborted, also when garbage was collected meanwhile', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const ended = within(200, [new AbortController().signal], hang)
  // What was made in this turn of the loop is kept until it is over.
  await setImmediate()
  collect()
  await expect(ended).rejects.toMatchObject({ name: 'TimeoutError', message: 'nothing came within 0.2 s' })
})

test('what is aborted from outside ends for that reason', async () => {
  const [one, other] = [new AbortController(), new AbortController()]
  const ended = within(HOUR_MS, [one.signal, other.signal], hang)
  other.abort(new Error('Ctrl-C'))
  await expect(ended).rejects.toThrow('Ctrl-C')
  await expect(within(HOUR_MS, [one.signal, other.signal], hang)).rejects.toThrow('Ctrl-C')
})

test('what ends in time is never aborted', async () => {
  const outside = new AbortController()
  const limited = await within(HOUR_MS, [outside.signal], async (signal) => signal)
  outside.abort()
  expect(limited.aborted).toBe(false)
})
