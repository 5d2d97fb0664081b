import { join } from 'node:path'
import { seeded } from '../../support/seeded.ts'
import { onBench } from '../bench.ts'
import { cutAnswers } from '../cut-answers.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { startFaultProxy, type FaultProxy } from '../fault-proxy.ts'
import { readJournal } from '../journal.ts'
import { makePlan } from '../plan.ts'

const FULL = { cases: 1_000, sms: 2_000, overMs: 60_000 }
const SMALL = { cases: 20, sms: 250, overMs: 8_000 }

/** Of the answers to accepted messages, and of those to what was started and settled. */
const SHARES = { 'tidings accept': 0.5, 'tidings ledger': 0.05 }

const EXPECTED = '503 outcome_unknown'

/** What those are told that waited behind a lost answer. */
const ALSO = new Set(['503 database_unavailable', '503 overloaded'])

export const D3: Experiment = {
  id: 'D3',
  title:
    'Postgres commits, and the answer to the commit is lost: 1,000 accepts, and some of what is started and settled',
  goal: '503 outcome_unknown, and by a repeat with the same Idempotency-Key exactly one message; lost 0, doubled 0',
  rounds: 1,
  run: (context) => withLostAnswers(context),
}

async function withLostAnswers(context: Context): Promise<Result> {
  const { cases, ...size } = context.small ? SMALL : FULL
  const cuts = new Map<string, number>()
  const chance = seeded(context.seed, 'cuts')
  const onCut = (name: string): void => void cuts.set(name, (cuts.get(name) ?? 0) + 1)
  let proxy: FaultProxy | null = null
  const { facts: _, ...result } = await onBench(
    context,
    {
      nodes: 1,
      async wire({ postgres }) {
        const url = new URL(postgres)
        proxy = await startFaultProxy({
          target: url.host,
          watch: () => cutAnswers({ shares: SHARES, chance, onCut }),
        })
        url.host = `127.0.0.1:${proxy.port}`
        return { postgres: url.href }
      },
    },
    async (bench) => {
      await bench.load(makePlan({ ...size, tokens: 0, seed: context.seed, chance: bench.chance('plan') }))
      return [...cuts].map(([name, count]) => `answers lost to "${name}" ${count}`)
    },
  ).finally(() => void proxy?.close())
  const lost = lostAnswers(join(context.directory, 'journal'))
  const faults = [
    ...(lost.expected < cases ? [`only ${lost.expected} of ${cases} accepts were answered ${EXPECTED}`] : []),
    ...(result.duplicated > 0 ? [`${result.duplicated} doubled, though no submission was in doubt`] : []),
    ...lost.others.map((why) => `answered otherwise: ${why}`),
  ]
  const figures = [`answered ${EXPECTED} ${lost.expected}`, ...result.figures]
  return { ...result, figures, faults: [...result.faults, ...faults] }
}

function lostAnswers(journal: string): { expected: number; others: string[] } {
  const whys = readJournal(journal).flatMap((entry) =>
    entry.kind === 'unknown' || entry.kind === 'failed' ? [entry.why] : [],
  )
  return {
    expected: whys.filter((why) => why === EXPECTED).length,
    others: [...new Set(whys.filter((why) => why.startsWith('5') && why !== EXPECTED && !ALSO.has(why)))],
  }
}
