import { startLoop, type LoopParts } from '../delivery/loop.ts'
import type { CheckStep } from '../domain/provider.ts'
import { within } from '../domain/time-limit.ts'

/** A provider that messages leave the machine through. */
export interface Checked {
  readonly name: string
  check(signal: AbortSignal): AsyncIterable<CheckStep>
}

export interface ProviderChecks {
  /** What failed when it was last looked at. */
  failures(): readonly CheckStep[]
  close(): Promise<void>
}

const TURN_MS = 60_000

/** Turns between looks at a provider that all was well with; another is looked at each turn. */
const WELL_TURNS = 10

/** For one provider. */
const CHECK_MS = 15_000

/**
 * Looks whether providers take our credentials: at once, and again from time to time. Until a message is sent nothing else would
 * tell. Says what is new at `warn`.
 */
export function startProviderChecks(providers: readonly Checked[], parts: LoopParts): ProviderChecks {
  const closing = new AbortController()
  const failed = new Map<string, readonly CheckStep[]>()
  let turn = 0

  async function look(provider: Checked): Promise<void> {
    const failures = await within(CHECK_MS, [closing.signal], async (signal) => failuresOf(provider.check(signal)))
    const steps = failures.map((step) => ({ ...step, name: `${provider.name}: ${step.name}` }))
    if (closing.signal.aborted) return
    const before = failed.get(provider.name) ?? []
    failed.set(provider.name, steps)
    tell(provider.name, before, steps)
  }

  function tell(name: string, before: readonly CheckStep[], steps: readonly CheckStep[]): void {
    const known = new Set(before.map(sentenceOf))
    for (const step of steps) {
      if (!known.has(sentenceOf(step))) parts.log.warn({ event: 'provider.check', step: step.name }, sentenceOf(step))
    }
    if (before.length > 0 && steps.length === 0)
      parts.log.warn({ event: 'provider.well', provider: name }, `${name}: all is well again`)
  }

  const loop = startLoop(
    'provider checks',
    TURN_MS,
    async () => {
      const due = providers.filter(({ name }) => turn === 0 || (failed.get(name) ?? []).length > 0)
      turn = (turn + 1) % WELL_TURNS
      await Promise.all(due.map(look))
    },
    parts,
  )
  return {
    failures: () => [...failed.values()].flat(),
    async close() {
      closing.abort()
      await loop.stop()
    },
  }
}

/** Of all steps those that are not well. */
export async function failuresOf(steps: AsyncIterable<CheckStep>): Promise<readonly CheckStep[]> {
  const failures: CheckStep[] = []
  for await (const step of steps) if (!step.ok) failures.push(step)
  return failures
}

function sentenceOf({ name, detail, fix }: CheckStep): string {
  const ended = /[.!?]$/.test(detail) ? detail : `${detail}.`
  return fix === null ? `${name}: ${ended}` : `${name}: ${ended} ${fix}`
}
