import { expect, test } from 'vitest'
import { readKeyword, type KeywordAction, type KeywordLanguage } from '../../src/domain/sms/keywords.ts'
import { measureText } from '../../src/domain/sms/sms-text.ts'
import {
  isAnswerable,
  mayReply,
  replyTo,
  type Answerer,
  type ReplyRules,
  type Wish,
} from '../../src/flows/inbound/consent-replies.ts'

const LANGUAGES: readonly KeywordLanguage[] = ['en', 'fr', 'es', 'pt', 'de', 'ar']
const ACTIONS: readonly KeywordAction[] = ['stop', 'start', 'help']

function rules(answerer: Answerer, texts: Partial<ReplyRules['texts']> = {}): ReplyRules {
  return { answerer, texts: { stop: null, start: null, help: null, ...texts } }
}

function wish(more: Partial<Wish> = {}): Wish {
  return { action: 'stop', language: 'en', changed: true, handled: false, providerAnswers: false, ...more }
}

test('each answer fits into one SMS, and is no keyword, so that no machine is answered by another for long', () => {
  for (const language of LANGUAGES) {
    for (const action of ACTIONS) {
      const text = replyTo(rules('gateway'), wish({ action, language })) ?? ''
      expect({ text, segments: measureText(text).segments }).toEqual({ text, segments: 1 })
      expect(readKeyword(text).kind).not.toBe('keyword')
    }
  }
})

test('the words that an answer names are understood', () => {
  for (const language of LANGUAGES) {
    const text = replyTo(rules('gateway'), wish({ action: 'help', language })) ?? ''
    const named = language === 'ar' ? ['توقف', 'ابدأ'] : (text.match(/\b[A-Z]{4,}\b/g) ?? [])
    const actions = named
      .map((word) => readKeyword(word))
      .map((one) => (one.kind === 'keyword' ? one.keyword.action : one.kind))
    expect(actions).toEqual(['stop', 'start'])
  }
})

test('by default a provider that answers by itself is left to it, and another is answered for', () => {
  expect(replyTo(rules('provider'), wish({ providerAnswers: true }))).toBeNull()
  expect(replyTo(rules('provider'), wish({ handled: true }))).toBeNull()
  expect(replyTo(rules('provider'), wish())).not.toBeNull()
})

test('as a gateway it answers for any provider that has not said that it did, and as `none` never', () => {
  expect(replyTo(rules('gateway'), wish({ providerAnswers: true }))).not.toBeNull()
  expect(replyTo(rules('gateway'), wish({ handled: true }))).toBeNull()
  expect(replyTo(rules('none'), wish())).toBeNull()
})

test('a STOP of somebody who has opted out already is not confirmed again, a HELP is answered always', () => {
  expect(replyTo(rules('gateway'), wish({ changed: false }))).toBeNull()
  expect(replyTo(rules('gateway'), wish({ action: 'start', changed: false }))).toBeNull()
  expect(replyTo(rules('gateway'), wish({ action: 'help', changed: false }))).not.toBeNull()
})

test('a text of the operator’s own stands for all languages', () => {
  const own = rules('gateway', { stop: 'Acme: goodbye.' })
  expect(replyTo(own, wish({ language: 'ar' }))).toBe('Acme: goodbye.')
  expect(replyTo(own, wish({ language: null, action: 'start' }))).toContain('STOP')
})

test('one person is answered once in ten minutes, and a HELP once a day', () => {
  expect(mayReply('stop', { any: true, help: false })).toBe(false)
  expect(mayReply('stop', { any: false, help: true })).toBe(true)
  expect(mayReply('help', { any: false, help: true })).toBe(false)
  expect(mayReply('help', { any: false, help: false })).toBe(true)
})

test('short codes, names and our own number are not answered', () => {
  expect(isAnswerable('+201009129288', '+15005550006')).toBe(true)
  for (const from of ['72975', 'Acme', '', '+15005550006', 'whatsapp:+201009129288']) {
    expect(isAnswerable(from, '+15005550006')).toBe(false)
  }
})
