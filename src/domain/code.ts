/** What may be a one-time code: 4 to 8 digits of any script together, or two groups of 3 or 4 with a space or dash between. */
export const CODE_LIKE = /(?<!\p{Nd})(?:\p{Nd}{4,8}|\p{Nd}{3,4}[ -]\p{Nd}{3,4})(?!\p{Nd})/gu

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
  const words = [...text.matchAll(WORDS)].map((word) => ({ start: word.index, end: word.index + word[0].length }))
  let best: { readonly found: FoundCode; readonly score: number } | null = null
  for (const match of text.matchAll(CODE_LIKE)) {
    const place = { start: match.index, end: match.index + match[0].length }
    if (isElse(text, place)) continue
    const score = scoreOf(text, place, words, sure)
    if (score > (best?.score ?? 0)) best = { found: toFound(match[0], match.index), score }
  }
  return best?.found ?? null
}

interface Place {
  readonly start: number
  readonly end: number
}

/** Words for what the digits are, or for what one does with them. */
const WORDS = new RegExp(
  [
    String.raw`(?<!\p{L})(?:one[- ]?time|otp|2fa|pin|pass(?:code|word)|codes?|c[oó]digos?|codice|codul|kodu?|koden|code[- ]?pin|tan|token)(?!\p{L})`,
    String.raw`(?<!\p{L})(?:verif(?:y|ication|izierung|ikation|icación|icação|ica|iëren)|confirm(?:ation)?|sign[- ]?in|log[- ]?in|mot de passe)(?!\p{L})`,
    String.raw`\p{L}*(?:passwort|doğrulama|bestätigungs|sicherheits|zugangs|verifizierungs|anmelde)\p{L}*`,
    String.raw`\p{L}*(?:код|пароль|κωδικ)\p{L}*`,
    'رمز|كود|الرمز|الكود|رقم التحقق|کد|קוד|कोड|ओटीपी|کوڈ',
    '验证码|驗證碼|校验码|动态码|確認碼|認証コード|認証番号|確認コード|コード|인증번호|인증 번호|코드|รหัส',
  ].join('|'),
  'giu',
)

/** What leads from a word to its code, or back: `code is`, `code:`, `482913 is your code`. */
const LINK =
  /^["'«“ \u00a0]*(?:[:：=]|(?<!\p{L})(?:is|lautet|ist|est|es|é|è|to|as|for)(?!\p{L})|هو|は|是|为|為|-|–|—|["'«“(])/iu

/** Words right before a number that is no code. */
const OTHER_NUMBER =
  /(?:(?<!\p{L})(?:order|invoice|ref(?:erence)?|ticket|account|acct|card|room|flight|booking|parcel|bestellung|commande|pedido|call|dial|text|reply|sms|to|in|ending|ends with|until|since|year)|طلب|فاتورة|اتصل|حساب)[ \u00a0]*(?:(?:no|nr|number|in|with|at|us at|us on|on)\.?)?[ \u00a0]*[:#№]?[ \u00a0]*$/iu

const CURRENCY = String.raw`[$€£¥₹₽₺₪₩฿﷼]|(?<!\p{L})(?:usd|eur|gbp|egp|sar|aed|qar|kwd|try|inr|jpy|cny|chf|rs|le|l\.e|sr|dhs?|ر\.س|ج\.م|جنيه|ريال|درهم|د\.إ)(?!\p{L})`
const CURRENCY_BEFORE = new RegExp(String.raw`(?:${CURRENCY})\.?[ \u00a0]?[-+]?$`, 'iu')
const CURRENCY_AFTER = new RegExp(String.raw`^[ \u00a0]?(?:${CURRENCY}|%|٪)`, 'iu')

/** A phone number, an amount, a date or time, a part of a word or an address: whatever its neighbours make it. */
function isElse(text: string, { start, end }: Place): boolean {
  const before = text.slice(Math.max(0, start - 24), start)
  const after = text.slice(end, end + 24)
  if (/[\p{L}\p{M}_@*•×]$/u.test(before) || /^[\p{L}\p{M}_@*•]/u.test(after)) return true
  // More digits on, or a sign that only numbers have before them.
  if (
    /(?:\p{Nd}[ \u00a0().,/:·٫٬-]{1,2}|\+\(?)$/u.test(before) ||
    /^(?:[ \u00a0)(]{1,2}\p{Nd}{2}|[-.,/:٫٬]\p{Nd})/u.test(after)
  )
    return true
  if (CURRENCY_BEFORE.test(before) || CURRENCY_AFTER.test(after)) return true
  return isInAddress(text, start)
}

/** `https://example.com/482913`, `t.co/1234` */
function isInAddress(text: string, start: number): boolean {
  const word = /\S*$/u.exec(text.slice(Math.max(0, start - 200), start))?.[0] ?? ''
  return /:\/\/|\.\p{L}{2,}\/|[?&]\p{L}+=$/u.test(word)
}

/** 0: it is no code. The nearer a word that says so, the more. */
function scoreOf(text: string, place: Place, words: readonly Place[], sure: boolean): number {
  const near = Math.max(0, ...words.map((word) => nearness(text, place, word)))
  const alone =
    text.replace(/[\p{P}\p{Z}\s]/gu, '').length === text.slice(place.start, place.end).replace(/[ -]/g, '').length
  const base = near > 0 ? near : alone || sure ? 1 : 0
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
  if (follows && (between.trim() === '' || LINK.test(between)) && between.length < FAR / 2) return LINKED + near
  if (!follows && LINK.test(between) && between.length < FAR / 2) return LINKED + near
  return near
}

function isYear(digits: string): boolean {
  return /^(?:19|20)\d\d$/.test(toAscii(digits))
}

function toFound(text: string, index: number): FoundCode {
  return { code: toAscii(text.replace(/[ -]/g, '')), index, length: text.length }
}

/** Decimal digits of a script stand in a row of ten, so one's value is its distance from the first of its row. */
function toAscii(digits: string): string {
  return digits.replace(/\p{Nd}/gu, (digit) => String(valueOf(digit)))
}

/** Mathematical digits: five rows without a gap between them. Source: Unicode, block U+1D400. */
const MATHEMATICAL_ZERO = 0x1d7ce

function valueOf(digit: string): number {
  const point = digit.codePointAt(0) ?? 0
  if (point >= MATHEMATICAL_ZERO && point < MATHEMATICAL_ZERO + 50) return (point - MATHEMATICAL_ZERO) % 10
  let first = point
  while (point - first < 9 && /\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1
  return point - first
}
