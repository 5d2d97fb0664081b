import { describe, expect, it } from 'vitest'
import { check } from './checker.ts'
import { toLine } from './experiment.ts'
import type { Copy, Facts, Item, Kept, KeptAttempt } from './facts.ts'

const WINDOWS = { sms: 1, push: 2, chunks: 1 }

const ITEM: Item = {
  name: 'text',
  channel: 'sms',
  onUncertain: 'retry',
  ids: new Set([7]),
  refused: null,
  doubted: false,
}
const COPY: Copy = { name: 'text', attempt: '7.1', providerMessageId: 'SM1' }
const KEPT: Kept = {
  name: 'text',
  id: 7,
  status: 'sent',
  reason: null,
  uncertainAttempts: 0,
  providerMessageId: 'SM1',
}
const ATTEMPT: KeptAttempt = { attempt: '7.1', name: 'text', status: 'sent', providerMessageId: 'SM1' }

const GOOD: Facts = {
  items: [ITEM],
  copies: [COPY],
  kept: [KEPT],
  attempts: [ATTEMPT],
  open: { 'open messages': 0 },
  nodeKills: 1,
  bugs: 0,
  largestDoubt: 0,
  doubts: 0,
  recoveriesMs: [],
}

/** A message that a dead node may have sent, and that was sent once more. */
const DOUBLED: Facts = {
  ...GOOD,
  copies: [COPY, { ...COPY, attempt: '7.2', providerMessageId: 'SM2' }],
  kept: [{ ...KEPT, uncertainAttempts: 1, providerMessageId: 'SM2' }],
  attempts: [
    { ...ATTEMPT, status: 'uncertain', providerMessageId: null },
    { ...ATTEMPT, attempt: '7.2', providerMessageId: 'SM2' },
  ],
}

function faultsOf(facts: Partial<Facts>): string {
  return check({ ...GOOD, ...facts }, WINDOWS).faults.join('\n')
}

describe('the checker finds nothing wrong', () => {
  it('where what was acknowledged was sent once', () => {
    expect(check(GOOD, WINDOWS)).toMatchObject({ attempted: 1, acknowledged: 1, ok: 1, duplicated: 0, faults: [] })
  })

  it('where a copy was in doubt, is marked, and is within the window', () => {
    expect(check(DOUBLED, WINDOWS)).toMatchObject({ ok: 1, duplicated: 1, uncertain: 1, faults: [] })
  })

  it('where a message in doubt was to be left alone', () => {
    const kept = [{ ...KEPT, status: 'uncertain', uncertainAttempts: 1, providerMessageId: null }]
    const attempts = [{ ...ATTEMPT, status: 'uncertain', providerMessageId: null }]
    const facts = { ...GOOD, items: [{ ...ITEM, onUncertain: 'fail' as const }], kept, attempts }
    expect(check(facts, WINDOWS).faults).toEqual([])
    expect(check({ ...facts, copies: [] }, WINDOWS)).toMatchObject({ lost: 0, uncertain: 1, faults: [] })
  })

  it('where a receipt says that what was sent did not arrive', () => {
    const facts = { ...GOOD, kept: [{ ...KEPT, status: 'expired' }], attempts: [{ ...ATTEMPT, status: 'expired' }] }
    expect(check(facts, { ...WINDOWS, receipts: true })).toMatchObject({ ok: 1, faults: [] })
  })

  it('where somebody opted out of what was not sent', () => {
    const kept = [{ ...KEPT, status: 'suppressed', reason: 'opted_out', providerMessageId: null }]
    const facts = { ...GOOD, copies: [], kept, attempts: [] }
    expect(check(facts, { ...WINDOWS, optOuts: true })).toMatchObject({ lost: 0, faults: [] })
    expect(check(facts, WINDOWS)).toMatchObject({ lost: 1 })
  })
})

describe('the checker finds', () => {
  const wrong: Record<string, [Partial<Facts>, string]> = {
    'an acknowledged message that nobody has': [{ copies: [], kept: [], attempts: [] }, '1 × lost'],
    'one that is stored as sent and was not': [{ copies: [] }, '1 × lost'],
    'one in doubt that was to be sent again and was not': [
      { copies: [], kept: [{ ...KEPT, status: 'uncertain', uncertainAttempts: 1 }] },
      '1 × lost',
    ],
    'a copy nobody asked for': [{ copies: [COPY, { ...COPY, name: 'other', attempt: '8.1' }] }, '1 × unexpected'],
    'a copy of what was refused': [
      { items: [{ ...ITEM, ids: new Set<number>(), refused: '400 invalid_contact' }] },
      '1 × unexpected',
    ],
    'a call that nobody acknowledged': [{ items: [{ ...ITEM, ids: new Set<number>() }] }, '1 × never acknowledged'],
    'a second copy without a mark': [{ ...DOUBLED, kept: [KEPT] }, '1 × sent more often than marked'],
    'a second copy of what was not to be sent again': [
      { ...DOUBLED, items: [{ ...ITEM, onUncertain: 'reconcile' }] },
      '1 × doubled though it must not be',
    ],
    'more copies than the windows of the dead': [{ ...DOUBLED, nodeKills: 0 }, '1 doubled SMS, the window allows 0'],
    'more of a chunk in doubt than its window': [
      { largestDoubt: 3, doubts: 1 },
      '3 targets of a chunk in doubt, the window allows 2',
    ],
    'more chunks in doubt than a node can hold': [{ doubts: 2 }, '2 chunks in doubt, the window allows 1'],
    'one key with two messages': [{ kept: [KEPT, { ...KEPT, id: 8 }] }, '1 × one key, two messages'],
    'one key with two answers': [{ items: [{ ...ITEM, ids: new Set([7, 8]) }] }, '1 × one key, two messages'],
    'a sent message that is called failed': [
      { kept: [{ ...KEPT, status: 'failed' }] },
      '1 × its status is not what happened',
    ],
    'an id that is not the one of any copy': [
      { kept: [{ ...KEPT, providerMessageId: 'SM9' }] },
      '1 × its provider knows it by another id',
    ],
    'a submission without an attempt': [{ attempts: [] }, '1 × a submission its attempt does not tell of'],
    'an attempt of another message': [
      { attempts: [{ ...ATTEMPT, name: 'other' }] },
      '1 × a submission its attempt does not tell of',
    ],
    'an attempt with another id': [
      { attempts: [{ ...ATTEMPT, providerMessageId: 'SM9' }] },
      '1 × a submission its attempt does not tell of',
    ],
    'an attempt that was submitted and is called failed': [
      { attempts: [{ ...ATTEMPT, status: 'failed' }] },
      '1 × a submission its attempt does not tell of',
    ],
    'an attempt that claims what was not submitted': [
      { attempts: [ATTEMPT, { ...ATTEMPT, attempt: '7.2' }] },
      '1 × an attempt that claims a submission',
    ],
    'one attempt submitted twice': [{ copies: [COPY, COPY] }, '1 × one attempt submitted twice'],
    'what is left undone': [{ open: { 'open messages': 2 } }, 'left: 2 open messages'],
    'a node that ended by itself': [{ bugs: 1 }, '1 × a node ended by itself'],
    'one recovery in ten that takes longer than 45 s': [
      { recoveriesMs: [...Array<number>(9).fill(1_000), 46_000] },
      'recovery took 46.0 s at the 99th percentile',
    ],
    'one recovery in a thousand that takes longer than 60 s': [
      { recoveriesMs: [...Array<number>(999).fill(1_000), 61_000] },
      'recovery took 61.0 s at worst',
    ],
  }

  it.each(Object.entries(wrong))('%s', (_, [facts, fault]) => {
    expect(faultsOf(facts)).toContain(fault)
  })
})

it('an experiment is told in one line', () => {
  const result = { ...check(DOUBLED, WINDOWS), recoveriesMs: [5_230, 700, 400], figures: ['kills 1'] }
  expect(toLine('C1', result, '42')).toBe(
    'C1: attempted 1 acknowledged 1 ok 1 lost 0 duplicated 1 unexpected 0 recovered 0 uncertain 1, recovery p50 0.7 p99 5.2 max 5.2 s of 3, kills 1, seed 42',
  )
})
