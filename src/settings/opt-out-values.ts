import type { ConfigFault, Read } from './config-reading.ts'
import { readKeyword } from '../domain/sms/keywords.ts'
import type { ReplyRules } from '../flows/inbound/consent-replies.ts'

/** What is made of STOP, START and HELP. */
export interface OptOutConfig extends ReplyRules {
  /** An opt-out keeps one-time codes back, too. */
  readonly coversCodes: boolean
}

export function readOptOuts(read: Read): OptOutConfig {
  const reply = read('OPT_OUT_REPLY')
  return {
    answerer: reply === 'gateway' || reply === 'none' ? reply : 'provider',
    coversCodes: read('OPT_OUT_COVERS_OTP') === 'on',
    texts: { stop: read('OPT_OUT_TEXT'), start: read('OPT_IN_TEXT'), help: read('HELP_TEXT') },
  }
}

/** A service of the same kind at the other end would take such an answer for a wish of its own. */
export function optOutFaults({ texts }: OptOutConfig): readonly ConfigFault[] {
  const named = { OPT_OUT_TEXT: texts.stop, OPT_IN_TEXT: texts.start, HELP_TEXT: texts.help }
  return Object.entries(named).flatMap(([variable, text]) =>
    text === null || readKeyword(text).kind !== 'keyword'
      ? []
      : [{ variable, problem: `\`${text}\` is itself a keyword`, fix: 'Write a sentence that says what happens.' }],
  )
}
