import { expect, test } from 'vitest'
import type { Msisdn } from '../../src/domain/contact.ts'
import type { InboundSms } from '../../src/domain/provider.ts'
import { createSandboxSms } from '../../src/providers/sandbox.ts'
import { smsTo } from './conformance.ts'

interface Rig {
  readonly submit: (contact: string, sender?: string | null) => Promise<unknown>
  readonly close: () => Promise<void>
  /** Everything that was to happen later happens now. */
  readonly pass: () => void
  readonly texts: InboundSms[]
}

function open(): Rig {
  const texts: InboundSms[] = []
  const later: (() => void)[] = []
  const sandbox = createSandboxSms({
    after: (_ms, run) => void later.push(run),
    onReceipt: () => undefined,
    onInbound: (text) => void texts.push(text),
  })
  const signal = new AbortController().signal
  return {
    submit: (contact, sender = null) => sandbox.submit({ ...smsTo(contact as Msisdn, 7), sender }, signal),
    close: () => sandbox.close(),
    pass: () => later.splice(0).forEach((run) => run()),
    texts,
  }
}

test('a phone that answers STOP does so to the sender it was texted from', async () => {
  const { submit, pass, texts } = open()
  await submit('+15005550107', 'Acme')
  await submit('+15005550107')
  pass()
  expect(texts).toMatchObject([
    { provider: 'sandbox', from: '+15005550107', to: 'Acme', text: 'STOP', providerMessageId: 'sandbox-7.1-answer' },
    { to: '+15005550006' },
  ])
})

test('no other phone answers, and none after the sandbox was closed', async () => {
  const { submit, pass, texts, close } = open()
  await submit('+15005550100')
  await submit('+201009129288')
  pass()
  await submit('+15005550107')
  await close()
  pass()
  expect(texts).toEqual([])
})
