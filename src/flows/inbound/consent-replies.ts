import type { Msisdn } from '../../domain/contact.ts'
import type { KeywordAction, KeywordLanguage } from '../../domain/sms/keywords.ts'

/**
 * Who answers a STOP, START or HELP. `provider`: whoever carries it, where it does so by itself, else we · `gateway`: we, unless the provider
 * says that it has · `none`: nobody here.
 */
export type Answerer = 'provider' | 'gateway' | 'none'

export interface ReplyRules {
  readonly answerer: Answerer
  /** Instead of the texts below, in whatever language the word was; null: those. */
  readonly texts: Readonly<Record<KeywordAction, string | null>>
}

/** What is answered, and the language's own words in it. Each fits into one SMS, and none is a keyword itself. */
const TEXTS: Readonly<Record<KeywordLanguage, Readonly<Record<KeywordAction, string>>>> = {
  en: {
    stop: 'You will get no more messages from us. Reply START to get them again.',
    start: 'You will get our messages again. Reply STOP to end them.',
    help: 'Reply STOP to get no more messages from us, START to get them again.',
  },
  fr: {
    stop: 'Vous ne recevrez plus nos messages. Envoyez START pour en recevoir de nouveau.',
    start: 'Vous recevrez de nouveau nos messages. Envoyez STOP pour ne plus en recevoir.',
    help: 'Envoyez STOP pour ne plus recevoir nos messages, START pour en recevoir de nouveau.',
  },
  es: {
    stop: 'Ya no le enviaremos mensajes. Responda INICIO para recibirlos de nuevo.',
    start: 'Le enviaremos mensajes de nuevo. Responda ALTO para no recibirlos.',
    help: 'Responda ALTO para no recibir nuestros mensajes, INICIO para recibirlos de nuevo.',
  },
  pt: {
    stop: 'Não enviaremos mais mensagens. Responda INICIAR para voltar.',
    start: 'Voltaremos a enviar mensagens. Responda PARAR para sair.',
    help: 'Responda PARAR para sair, INICIAR para voltar a receber mensagens.',
  },
  de: {
    stop: 'Sie erhalten keine Nachrichten mehr von uns. Mit START erhalten Sie sie wieder.',
    start: 'Sie erhalten unsere Nachrichten wieder. Mit STOP enden sie.',
    help: 'Mit STOP enden unsere Nachrichten, mit START erhalten Sie sie wieder.',
  },
  ar: {
    stop: 'لن تصلك رسائل منا بعد الآن. أرسل ابدأ لاستقبالها من جديد.',
    start: 'ستصلك رسائلنا من جديد. أرسل توقف لإيقافها.',
    help: 'أرسل توقف لإيقاف رسائلنا، أو ابدأ لاستقبالها من جديد.',
  },
}

/** Minutes between two answers to one person, whatever they are to: two machines must not talk to each other for long. */
export const REPLY_MINUTES = 10

/** What is known of a text that asks for something. */
export interface Wish {
  readonly action: KeywordAction
  /** Of its word; null: the provider took it for what it is. */
  readonly language: KeywordLanguage | null
  /** It opted somebody out who was not, or in again. A HELP changes nothing. */
  readonly changed: boolean
  /** The provider has answered it, or does so by itself. */
  readonly handled: boolean
  readonly providerAnswers: boolean
}

/** The text of the answer; null: there is none to this text. A second STOP is not confirmed. */
export function replyTo(rules: ReplyRules, wish: Wish): string | null {
  if (rules.answerer === 'none' || wish.handled) return null
  if (rules.answerer === 'provider' && wish.providerAnswers) return null
  if (wish.action !== 'help' && !wish.changed) return null
  return rules.texts[wish.action] ?? TEXTS[wish.language ?? 'en'][wish.action]
}

/** Whether it may be answered, after what was answered before. */
export function mayReply(action: KeywordAction, lately: { readonly any: boolean; readonly help: boolean }): boolean {
  return !lately.any && (action !== 'help' || !lately.help)
}

/** Whether an SMS can be sent back: not to names and short codes, behind which a machine sits, and not to ourselves. */
export function isAnswerable(from: string, to: string): from is Msisdn {
  return /^\+[1-9]\d{6,14}$/.test(from) && from !== to
}
