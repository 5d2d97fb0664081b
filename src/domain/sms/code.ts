/** What may be a one-time code: 4 to 8 digits of any script together, or two groups of 3 or 4 with a space or dash between. */
export const CODE_LIKE = /(?<!\p{Nd})(?:\p{Nd}{3,4}[ -]\p{Nd}{3,4}|\p{Nd}{4,8})(?!\p{Nd})/gu

/** A one-time code in a text. */
export interface FoundCode {
  /** Its digits, 0 to 9, without what stands between them: as it is typed. */
  readonly code: string
  /** Where it stands, in UTF-16 code units. */
  readonly index: number
  readonly length: number
}

/**
 * The one-time code of a text; null where there is none. Of what `maskCodes` hides it takes what stands next to a word that says so, in
 * any of a dozen languages, or a text's only number where `sure` says that the message carries one. Numbers that are a phone's, an amount,
 * a date, a year, a time, a part of a word or of an address are no codes.
 */
export function findCode(text: string, sure = false): FoundCode | null {
  const alone = text.replace(CODE_LIKE, '').replace(/[\p{P}\p{Z}\s]/gu, '') === ''
  const words = [...text.matchAll(WORDS)].map((word) => ({ start: word.index, end: word.index + word[0].length }))
  let best: { readonly found: FoundCode; readonly score: number } | null = null
  for (const match of [...text.matchAll(CODE_LIKE)].slice(0, MOST_NUMBERS)) {
    const place = { start: match.index, end: match.index + match[0].length }
    if (isElse(text, place)) continue
    // A text that is nothing but a number is a code even where that could be a year.
    const score = alone ? 1 : scoreOf(text, place, words, sure)
    if (score > (best?.score ?? 0)) best = { found: toFound(match[0], match.index), score }
  }
  return best?.found ?? null
}

/** A text with more of them is a table, and would take long. */
const MOST_NUMBERS = 50

interface Place {
  readonly start: number
  readonly end: number
}

/** Words for what the digits are, or for what one does with them. */
const WORDS = new RegExp(
  [
    String.raw`(?<!\p{L})(?:one[- ]?time|otp|2fa|pin|pass(?:code|word)|codes?|c[oó]digos?|codice|codul|kodu?|koden|code[- ]?pin|tan|token)(?!\p{L})`,
    String.raw`(?<!\p{L})(?:verif(?:y|ication|izierung|ikation|icación|icação|ica|iëren)|confirm(?:ation)?|sign[- ]?in|log[- ]?in|mot de passe)(?!\p{L})`,
    String.raw`(?:passwort|doğrulama|bestätigungs|sicherheits|zugangs|verifizierungs|anmelde)\p{L}*`,
    String.raw`(?:код|пароль|κωδικ)\p{L}*`,
    'رمز|كود|الرمز|الكود|رقم التحقق|کد|קוד|कोड|ओटीपी|کوڈ',
    '验证码|驗證碼|校验码|动态码|確認碼|認証コード|認証番号|確認コード|コード|인증번호|인증 번호|코드|รหัส',
  ].join('|'),
  'giu',
)

const IS = String.raw`(?<!\p{L})(?:is|lautet|ist|est|es|é|è|e)(?!\p{L})|هو|は|是|为|為|है`

/** What a text has right before the code that its word speaks of: `code is`, `code for Acme:`. */
const LEADS_TO = new RegExp(String.raw`(?:[:：=–—-]|${IS})[\s"'«“(]*$`, 'iu')

/** What a text has right after a code that comes first: `482913 is your code`. */
const LEADS_BACK = new RegExp(String.raw`^[\s"'»”)]*(?:${IS})`, 'iu')

/** Words right before a number that is no code. */
const OTHER_NUMBER =
  /(?:(?<!\p{L})(?:order|invoice|ref(?:erence)?|ticket|account|acct|card|room|flight|booking|parcel|bestellung|commande|pedido|call|dial|text|reply|sms|to|in|ending|ends with|until|since|year)|طلب|فاتورة|اتصل|حساب)[ \u00a0]*(?:(?:no|nr|number|in|with|at|us at|us on|on)\.?)?[ \u00a0]*[:#№]?[ \u00a0]*$/iu

const CURRENCY = String.raw`[$€£¥₹₽₺₪₩฿﷼]|(?<!\p{L})(?:usd|eur|gbp|egp|sar|aed|qar|kwd|try|inr|jpy|cny|chf|rs|le|l\.e|sr|dhs?|ر\.س|ج\.م|جنيه|ريال|درهم|د\.إ)(?!\p{L})`
const CURRENCY_BEFORE = new RegExp(String.raw`(?:${CURRENCY})\.?[ \u00a0]?[-+]?$`, 'iu')
const CURRENCY_AFTER = new RegExp(String.raw`^[ \u00a0]?(?:${CURRENCY}|%|٪)`, 'iu')

/** Letters, but for those of scripts that are written without spaces. */
const LETTER = String.raw`(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}])[\p{L}\p{M}_@*•×]`
const WORD_BEFORE = new RegExp(String.raw`${LETTER}$`, 'u')
const WORD_AFTER = new RegExp(String.raw`^${LETTER}`, 'u')

/** A phone number, an amount, a date or time, a part of a word or an address: whatever its neighbours make it. */
function isElse(text: string, { start, end }: Place): boolean {
  const before = text.slice(Math.max(0, start - 24), start)
  const after = text.slice(end, end + 24)
  if (WORD_BEFORE.test(before) || WORD_AFTER.test(after)) return true
  // More digits on, or a sign that only numbers have before them.
  if (
    /(?:\p{Nd}[ \u00a0().,/:·٫٬-]{1,2}|\+\(?)$/u.test(before) ||
    /^(?:[ \u00a0)(]{1,2}\p{Nd}{2}|[-./:٫٬]\p{Nd}|,\p{Nd}{2}(?!\p{Nd}))/u.test(after)
  )
    return true
  if (CURRENCY_BEFORE.test(before) || CURRENCY_AFTER.test(after)) return true
  return isInAddress(text, start)
}

/** `https://example.com/482913`, `t.co/1234` */
function isInAddress(text: string, start: number): boolean {
  const word =
    text
      .slice(Math.max(0, start - 200), start)
      .split(/\s/u)
      .at(-1) ?? ''
  return /:\/\/|\.\p{L}{2,}\/|[?&]\p{L}+=$/u.test(word)
}

/** 0: it is no code. The nearer a word that says so, the more. */
function scoreOf(text: string, place: Place, words: readonly Place[], sure: boolean): number {
  const near = Math.max(0, ...words.map((word) => nearness(text, place, word)))
  const base = near > 0 ? near : sure ? 1 : 0
  if (base === 0 || base >= LINKED) return base
  if (OTHER_NUMBER.test(text.slice(Math.max(0, place.start - 32), place.start))) return 0
  return isYear(text.slice(place.start, place.end)) ? 0 : base
}

/** A word linked to its number outweighs one that is merely near. */
const LINKED = 1_000

/** Characters between a word and its code: a sentence may lie there, not more. */
const FAR = 80

function nearness(text: string, { start, end }: Place, word: Place): number {
  const follows = word.end <= start
  const between = follows ? text.slice(word.end, start) : text.slice(end, word.start)
  if (between.length > FAR || /\p{Nd}/u.test(between) || (word.start < end && word.end > start)) return 0
  // A word before its code says more than one after it.
  const near = (follows ? 2 : 1) + 2 * (FAR - between.length)
  const linked = follows ? /^[\s"'«“(]*$/u.test(between) || LEADS_TO.test(between) : LEADS_BACK.test(between)
  return linked && between.length < FAR / 2 ? LINKED + near : near
}

function isYear(digits: string): boolean {
  return /^(?:19|20)\d\d$/.test(toAscii(digits))
}

function toFound(text: string, index: number): FoundCode {
  return { code: toAscii(text.replace(/[ -]/g, '')), index, length: text.length }
}

/** Scripts have their decimal digits in rows of ten, some two or more rows without a gap between them. */
function toAscii(digits: string): string {
  return digits.replace(/\p{Nd}/gu, (digit) => {
    const point = digit.codePointAt(0) ?? 0
    let first = point
    while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1
    return String((point - first) % 10)
  })
}
