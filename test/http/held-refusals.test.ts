import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { TidingsError, type ErrorCode } from '../../src/domain/errors.ts'
import { createHeldRefusals } from '../../src/http/held-refusals.ts'

/** A clock that is set by hand, and what waits for it. */
function rig(isStopping = false) {
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) })
  const waiting: { readonly at: number; readonly run: () => void }[] = []
  const sent: number[] = []
  let time = 5_000
  const held = createHeldRefusals({ now: () => time, isStopping: () => isStopping, log }, (ms, run) =>
    waiting.push({ at: time + ms, run }),
  )
  return {
    lines,
    sent,
    refuse(count: number, code: ErrorCode = 'overloaded', mayWait = true) {
      const refusal = new TidingsError(code, '')
      for (let call = 0; call < count; call += 1) held.send(refusal, mayWait, () => void sent.push(time))
    },
    pass(ms: number) {
      time += ms
      for (const one of waiting.splice(0)) {
        if (one.at <= time) one.run()
        else waiting.push(one)
      }
    },
  }
}

describe('refusals of too many calls', () => {
  it('go out at once, up to 200 a second', () => {
    const { refuse, pass, sent } = rig()
    refuse(200)
    expect(sent).toHaveLength(200)
    pass(1_000)
    refuse(200, 'queue_full')
    expect(sent).toHaveLength(400)
  })

  it('beyond that wait for their turn, none for more than a second', () => {
    const { refuse, pass, sent } = rig()
    refuse(1_200)
    expect(sent).toHaveLength(200)
    pass(500)
    expect(sent.length).toBeGreaterThan(200)
    expect(sent.length).toBeLessThanOrEqual(300)
    pass(520)
    expect(sent).toHaveLength(1_200)
  })

  it('are held 2,000 at most: the others would take memory', () => {
    const { refuse, sent } = rig()
    refuse(2_300)
    expect(sent).toHaveLength(300)
  })

  it('are not held while they keep a place that others need', () => {
    const { refuse, sent } = rig()
    refuse(1_200, 'queue_full', false)
    expect(sent).toHaveLength(1_200)
  })

  it('are not held by a node that is being stopped', () => {
    const { refuse, sent } = rig(true)
    refuse(1_000)
    expect(sent).toHaveLength(1_000)
  })

  it('stand in the log as one line a second, with how many there were', () => {
    const { refuse, pass, lines } = rig()
    refuse(900)
    pass(1_000)
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([{ event: 'overload.refused', calls: 900 }])
    pass(1_000)
    expect(lines).toHaveLength(1)
  })

  it('keep no other refusal back', () => {
    const { refuse, sent, lines, pass } = rig()
    refuse(1_000, 'rate_limited')
    expect(sent).toHaveLength(1_000)
    pass(1_000)
    expect(lines).toEqual([])
  })
})
