/** What a text asks for that is one of the words below and nothing else. */
export type KeywordAction = 'stop' | 'start' | 'help'

const LANGUAGES = ['en', 'fr', 'es', 'pt', 'de', 'ar'] as const

export type KeywordLanguage = (typeof LANGUAGES)[number]

export interface Keyword {
  readonly action: KeywordAction
  /** Where several languages share a word, the first of them in the table. */
  readonly language: KeywordLanguage
  /** As it is compared: `opt out`. */
  readonly word: string
  /** A word with other meanings, like YES: it acts only for somebody who opted out. */
  readonly onlyAfterStop: boolean
}

export type TextReading =
  | { readonly kind: 'keyword'; readonly keyword: Keyword }
  /** It is no keyword by the letter, and yet sounds like a STOP: for a person to judge. */
  | { readonly kind: 'review' }
  | { readonly kind: 'words' }

interface Words {
  readonly stop: readonly string[]
  readonly start: readonly string[]
  readonly yes: readonly string[]
  readonly help: readonly string[]
}

/**
 * Sources: English: Twilio, "Advanced Opt-Out" and "Support for opt-out keywords" (STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE,
 * OPTOUT; START, YES, UNSTOP; HELP, INFO); FCC 24-24, 47 CFR 64.1200(a)(10) (also OPT OUT); AWS End User Messaging, "Required opt-out
 * keywords" (also REMOVE, and ARRET in Canada); Telnyx (STOP ALL). Spanish: those of carriers in the United States (ALTO, PARAR, BAJA,
 * CANCELAR; INICIO; AYUDA, AUXILIO). The other languages have the words by which their people call the same things.
 */
const WORDS: Readonly<Record<KeywordLanguage, Words>> = {
  en: {
    stop: [
      'stop',
      'stopall',
      'stop all',
      'unsubscribe',
      'cancel',
      'end',
      'quit',
      'revoke',
      'optout',
      'opt out',
      'remove',
    ],
    start: ['start', 'unstop', 'optin', 'opt in', 'subscribe', 'resubscribe'],
    yes: ['yes'],
    help: ['help', 'info'],
  },
  fr: {
    stop: ['arrêt', 'arrête', 'arrêter', 'arrêtez', 'désabonner', 'désabonnement', 'désinscription', 'résilier'],
    start: ['reprendre', 'commencer', 'abonner'],
    yes: ['oui'],
    help: ['aide'],
  },
  es: {
    stop: ['parar', 'alto', 'baja', 'cancelar', 'dar de baja', 'darme de baja', 'detener', 'desuscribir'],
    start: ['inicio', 'iniciar', 'comenzar', 'empezar', 'alta', 'suscribir'],
    yes: ['sí'],
    help: ['ayuda', 'auxilio'],
  },
  pt: {
    stop: ['parar', 'pare', 'sair', 'cancelar', 'descadastrar', 'remover'],
    start: ['começar', 'iniciar', 'voltar', 'inscrever'],
    yes: ['sim'],
    help: ['ajuda'],
  },
  de: {
    stop: ['stopp', 'abmelden', 'abbestellen', 'austragen', 'beenden'],
    start: ['starten', 'anmelden'],
    yes: ['ja'],
    help: ['hilfe'],
  },
  ar: {
    stop: ['قف', 'توقف', 'أوقف', 'إيقاف', 'إلغاء', 'إلغاء الاشتراك', 'الغي الاشتراك'],
    start: ['ابدأ', 'بدء', 'اشتراك', 'اشترك'],
    yes: ['نعم'],
    help: ['مساعدة', 'معلومات'],
  },
}

/** Words that stand for nothing else, also within a sentence: "please stop these". */
const UNMISTAKABLE = [
  'stop',
  'stopall',
  'unsubscribe',
  'optout',
  'opt out',
  'désabonner',
  'abbestellen',
  'إلغاء الاشتراك',
]

/** Of a longer text no more is looked at: who wants to stop says so at the beginning. */
const LOOKED_AT = 400

/**
 * Reads a text as a person's wish to get no more of them, to get them again, or to be helped. A keyword is the whole text, without regard
 * to case, accents, punctuation, the forms of letters (full-width ones, those of Arabic) and marks that are not seen. Pure.
 */
export function readKeyword(text: string): TextReading {
  const words = wordsOf(text.slice(0, LOOKED_AT))
  const keyword = text.length > LOOKED_AT ? undefined : KEYWORDS.get(words)
  if (keyword !== undefined) return { kind: 'keyword', keyword }
  return soundsLikeStop(words) ? { kind: 'review' } : { kind: 'words' }
}

/**
 * Letters and digits alone, words apart by one blank. NFKD takes ligatures, full-width and Arabic presentation forms apart, and accents,
 * hamzas and vowel marks from their letters; the tatweel and what is invisible goes with the marks.
 */
export function wordsOf(text: string): string {
  const letters = text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\p{M}\p{Cf}ـ]/gu, '')
  const alike = letters.replaceAll(/[ٱىیکةßø]/g, (letter) => ALIKE[letter] ?? letter)
  return alike
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .join(' ')
}

/** Letters that are written for one another, and have no decomposition: alef wasla, alef maqsura, the Persian yeh and kaf, teh marbuta. */
const ALIKE: Readonly<Record<string, string | undefined>> = {
  ٱ: 'ا',
  ى: 'ي',
  ی: 'ي',
  ک: 'ك',
  ة: 'ه',
  ß: 'ss',
  ø: 'o',
}

/** By the word as it is compared. */
const KEYWORDS: ReadonlyMap<string, Keyword> = new Map(
  // The first language to have a word keeps it.
  LANGUAGES.flatMap((language) => keywordsOf(language, WORDS[language]))
    .toReversed()
    .map((keyword) => [keyword.word, keyword]),
)

const STOPS = [...KEYWORDS.values()].filter(({ action }) => action === 'stop').map(({ word }) => word)
const SOUNDS = UNMISTAKABLE.map(wordsOf)

function keywordsOf(language: KeywordLanguage, { stop, start, yes, help }: Words): readonly Keyword[] {
  const all = (words: readonly string[], action: KeywordAction, onlyAfterStop = false): readonly Keyword[] =>
    words.map((word) => ({ action, language, word: wordsOf(word), onlyAfterStop }))
  return [...all(stop, 'stop'), ...all(start, 'start'), ...all(yes, 'start', true), ...all(help, 'help')]
}

function soundsLikeStop(words: string): boolean {
  const whole = ` ${words} `
  return STOPS.some((word) => whole.startsWith(` ${word} `)) || SOUNDS.some((word) => whole.includes(` ${word} `))
}
