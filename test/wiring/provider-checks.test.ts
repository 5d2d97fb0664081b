import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { CheckStep } from '../../src/domain/provider.ts'
import { startProviderChecks, type ProviderChecks } from '../../src/wiring/provider-checks.ts'
import { until } from '../support/until.ts'

const REFUSED: CheckStep = { name: 'credentials', ok: false, detail: 'The key is refused.', fix: 'Make another.' }
const TAKEN: CheckStep = { ...REFUSED, ok: true, fix: null }

test('credentials that are refused are told once, and again when they are taken', async () => {
  const stage = play([REFUSED], [REFUSED], [TAKEN])
  await stage.look()
  expect(stage.checks.failures()).toEqual([{ ...REFUSED, name: 'acme: credentials' }])
  await stage.look()
  await stage.look()
  expect(stage.checks.failures()).toEqual([])
  expect(stage.said).toEqual(['acme: credentials: The key is refused. Make another.', 'acme: all is well again'])
  await stage.checks.close()
})

test('a provider that all is well with is looked at every tenth turn only', async () => {
  const stage = play([TAKEN], [REFUSED])
  await stage.look()
  for (let turn = 1; turn < 10; turn += 1) await stage.pass()
  expect(stage.looks()).toBe(1)
  await stage.look()
  expect(stage.checks.failures()).toHaveLength(1)
  await stage.checks.close()
})

test('a check that is under way ends with the service, and says nothing', async () => {
  const stage = play('hang')
  await until(() => stage.looks() === 1)
  await stage.checks.close()
  expect(stage.said).toEqual([])
})

interface Stage {
  readonly checks: ProviderChecks
  readonly said: string[]
  looks(): number
  /** Lets the time to the next turn pass, and waits for its end. */
  pass(): Promise<void>
  /** As pass, and the provider is looked at in it. */
  look(): Promise<void>
}

/** One provider whose checks come to these, one after the other. */
function play(...answers: readonly (readonly CheckStep[] | 'hang')[]): Stage {
  const said: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => said.push((JSON.parse(line) as { msg: string }).msg) })
  let looks = 0
  let seen = 0
  let waiting: (() => void) | null = null
  async function* check(signal: AbortSignal): AsyncIterable<CheckStep> {
    const answer = answers[looks] ?? []
    looks += 1
    if (answer === 'hang') await new Promise((resolve) => signal.addEventListener('abort', resolve))
    else yield* answer
  }
  const after = (_ms: number, run: () => void): (() => void) => {
    waiting = run
    return () => (waiting = null)
  }
  const checks = startProviderChecks([{ name: 'acme', check }], { log, after, chance: () => 0 })
  const pass = async (): Promise<void> => {
    const run = await until(() => waiting)
    waiting = null
    run()
    await until(() => waiting)
  }
  return {
    checks,
    said,
    looks: () => looks,
    pass,
    async look() {
      // The first one is begun at once.
      if (seen > 0) await pass()
      else await until(() => waiting)
      seen += 1
      expect(looks).toBe(seen)
    },
  }
}
