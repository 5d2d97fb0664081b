import { describe, expect, test } from 'vitest'
import type { CheckStep } from '../../../src/domain/provider.ts'
import { until } from '../../support/until.ts'
import { smsTo } from '../conformance.ts'
import { contact } from '../twilio/stage.ts'
import { forever, isOutcome, openFake, openPeer, openProvider, setSmppStage, type Opened } from './stage.ts'

function submit({ provider }: Opened) {
  return provider.submit(smsTo(contact('+201009129288'), 1), forever)
}

describe('an account', () => {
  async function stepsOf({ provider }: Opened): Promise<readonly CheckStep[]> {
    const steps: CheckStep[] = []
    for await (const step of provider.check(forever)) steps.push(step)
    return steps
  }

  test('is looked at by the binds that are up', async () => {
    const stage = await setSmppStage({ maxBinds: 1 })
    expect(await stepsOf(stage)).toMatchObject([
      { name: 'reachable', ok: true },
      { name: 'bind', ok: true },
    ])
    expect(stage.fake.binds()).toBe(1)
  })

  test('that is refused is said once, is not asked again soon, and holds the route', async () => {
    const fake = await openFake({ password: 'another' })
    const opened = openProvider(fake.port)
    opened.provider.binds?.hold([0])
    await until(() => opened.lines.some((line) => line.includes('ESME_RINVPASWD')))
    expect(isOutcome(await submit(opened), 'refused').failure).toMatchObject({
      class: 'blocked',
      reason: 'bad_credentials',
      code: 'ESME_RINVPASWD',
    })
    const steps = await stepsOf(opened)
    expect(steps.at(-1)).toMatchObject({ name: 'bind', ok: false })
    expect(steps.at(-1)?.fix).toContain('system_id')
    const said = opened.lines.filter((line) => line.includes('smpp.unbound'))
    expect(said).toHaveLength(1)
    expect(said[0]).toContain('"wait_ms":60000')
    expect(opened.lines.join('')).not.toContain('secret08')
  })

  test('whose binds are all in use waits half a minute, and says what helps', async () => {
    const fake = await openFake({ maxBinds: 1 })
    const first = openProvider(fake.port)
    await first.bound()
    const second = openProvider(fake.port)
    second.provider.binds?.hold([0])
    await until(() => second.lines.some((line) => line.includes('"wait_ms":30000')))
    expect((await stepsOf(second)).at(-1)?.fix).toContain('binds=1')
  })

  test('that nobody holds a bind of is looked at by one of its own, which is ended', async () => {
    const fake = await openFake()
    const limits = { connectMs: 1_000_000, bindMs: 1_000_000 }
    const opened = openProvider(fake.port, '', { limits }, { monotonic: () => performance.now() * 30 })
    const steps = await stepsOf(opened)
    expect(steps).toMatchObject([
      { name: 'reachable', ok: true },
      { name: 'bind', ok: true },
    ])
    await until(() => fake.binds() === 0)
  })

  test('behind a certificate that nobody knows is not bound to', async () => {
    const fake = await openFake({ tls: true })
    const opened = openProvider(fake.port, 'tls')
    opened.provider.binds?.hold([0])
    const steps = await stepsOf(opened)
    expect(steps.at(-1)).toMatchObject({ name: 'tls', ok: false })
    expect(steps.at(-1)?.fix).toContain('tls_name')
  })

  test('is unbound in order when it is closed, and takes nothing more', async () => {
    const stage = await setSmppStage({}, 'binds=2')
    await stage.provider.close()
    expect(stage.fake.binds()).toBe(0)
    expect(stage.provider.window).toBe(0)
    expect(isOutcome(await submit(stage), 'refused').failure).toMatchObject({ reason: 'not_bound', counted: false })
  })

  test('is unbound by all its sessions at once, and closed in their time where the SMSC answers none', async () => {
    const peer = await openPeer(({ command }) => (command === 'unbind' ? null : {}))
    const opened = openProvider(peer.port, 'binds=3', { limits: { unbindMs: 50, beatMs: 5 } })
    await opened.bound()
    const unbinds: number[] = []
    for (const session of peer.sessions)
      session.on('close', () => unbinds.push(peer.all.filter(({ command }) => command === 'unbind').length))
    await opened.provider.close()
    expect(opened.provider.binds?.held()).toEqual([])
    await until(() => unbinds.length === 3)
    expect(unbinds).toEqual([3, 3, 3])
  })

  test('is closed all the same where a session outlasts its time', async () => {
    const peer = await openPeer(({ command }) => (command === 'unbind' ? null : {}))
    let ahead = 0
    const limits = { beatMs: 3_600_000 }
    const opened = openProvider(peer.port, '', { limits }, { monotonic: () => performance.now() + ahead })
    await opened.bound()
    const closed = new Promise((resolve) => peer.sessions[0]?.on('close', resolve))
    ahead = 10_000
    await opened.provider.close()
    await closed
  })

  test('tells when its window changes', async () => {
    const fake = await openFake()
    const opened = openProvider(fake.port, 'binds=2')
    const windows: number[] = []
    opened.provider.onWindow?.(() => windows.push(opened.provider.window))
    await opened.bound()
    opened.provider.binds?.hold([0])
    await until(() => windows.at(-1) === 10)
    fake.cut()
    await until(() => windows.includes(0))
    await until(() => opened.provider.window === 10)
    expect(opened.provider.binds?.held()).toEqual([0])
  })

  test('that is wanted again while it is unbound is bound again', async () => {
    const stage = await setSmppStage()
    stage.provider.binds?.hold([])
    stage.provider.binds?.hold([0])
    expect(stage.provider.window).toBe(0)
    await until(() => stage.provider.window === 10)
    expect(stage.fake.binds()).toBe(1)
  })

  test('whose SMSC falls silent is bound anew', async () => {
    const stage = await setSmppStage({}, '', { limits: { idleMs: 50, enquireMs: 500, bindMs: 500, beatMs: 10 } })
    stage.fake.mute(true)
    await until(() => stage.lines.some((line) => line.includes('enquire_link')))
    expect(stage.provider.window).toBe(0)
    stage.fake.mute(false)
    await until(() => stage.provider.window > 0)
  })

  test('whose SMSC unbinds is bound anew', async () => {
    const stage = await setSmppStage()
    stage.fake.unbind()
    await until(() => stage.provider.window === 0)
    await until(() => stage.provider.window > 0)
    isOutcome(await submit(stage), 'accepted')
  })
})
