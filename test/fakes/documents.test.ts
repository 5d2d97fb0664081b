import { describe, expect, test } from 'vitest'
import { APNS } from '../../src/fakes/apns/command.ts'
import { REASONS } from '../../src/fakes/apns/reasons.ts'
import { ERROR_WORDS } from '../../src/fakes/fcm/errors.ts'
import { createRules } from '../../src/fakes/rules.ts'
import { HTTP_SMS } from '../../src/fakes/http-sms/command.ts'
import { PLAY as HTTP_SMS_PLAY } from '../../src/fakes/http-sms/play.ts'
import { SINK } from '../../src/fakes/sink/command.ts'
import { PLAY as SINK_PLAY } from '../../src/fakes/sink/play.ts'
import { SMSC } from '../../src/fakes/smsc/command.ts'
import { PLAY as SMSC_PLAY } from '../../src/fakes/smsc/script.ts'
import { FCM } from '../../src/fakes/fcm/command.ts'
import { TWILIO } from '../../src/fakes/twilio/command.ts'
import { PLAY as TWILIO_PLAY } from '../../src/fakes/twilio/play.ts'
import { WEB_PUSH } from '../../src/fakes/webpush/command.ts'
import { PLAY as WEB_PUSH_PLAY } from '../../src/fakes/webpush/play.ts'
import { VONAGE } from '../../src/fakes/vonage/command.ts'
import { PLAY as VONAGE_PLAY } from '../../src/fakes/vonage/play.ts'
import { blocksOf, readPage } from '../support/documents.ts'

describe('docs/fakes.md', () => {
  test.each([
    ['twilio', Object.keys(TWILIO_PLAY.properties)],
    ['vonage', Object.keys(VONAGE_PLAY.properties)],
    ['http-sms', Object.keys(HTTP_SMS_PLAY.properties)],
    ['smsc', Object.keys(SMSC_PLAY.properties)],
    ['fcm', ERROR_WORDS],
    ['apns', REASONS],
    ['webpush', Object.keys(WEB_PUSH_PLAY.properties)],
    ['sink', Object.keys(SINK_PLAY.properties)],
  ])('explains all that %s can be told to play', (name, plays) => {
    const [, section = ''] =
      new RegExp(`^### ${name}\\n(.*?)(?=^### |$(?![\\s\\S]))`, 'ms').exec(readPage('docs/fakes.md')) ?? []
    const explained = new Set([...section.matchAll(/`([A-Za-z-]+)`/g)].map(([, word]) => word))
    expect(plays.filter((play) => !explained.has(play))).toEqual([])
  })

  test('shows a script that is one', () => {
    const [script] = blocksOf('docs/fakes.md').filter((block) => block.language === 'json')
    expect(() => createRules(TWILIO_PLAY, ['to', 'body'], JSON.parse(script?.text ?? ''))).not.toThrow()
  })
})

test.each(Object.entries({ TWILIO, VONAGE, HTTP_SMS, SMSC, FCM, APNS, WEB_PUSH, SINK }))(
  'the help of %s names every flag',
  (_, { flags, help }) => {
    const named = [...help.matchAll(/^ {2}--([a-z-]+) /gm)].map(([, flag]) => flag)
    expect(new Set(named)).toEqual(new Set([...flags, 'help', 'ledger', 'port', 'script']))
  },
)
