import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readKeyword, wordsOf } from '../../src/domain/sms/keywords.ts'

/** Of a text that is a keyword: what it asks for, in which language, and whether only somebody who opted out is taken at it. */
function read(text: string): string {
  const reading = readKeyword(text)
  if (reading.kind !== 'keyword') return reading.kind
  const { action, language, onlyAfterStop } = reading.keyword
  return `${action} ${language}${onlyAfterStop ? ' after a stop' : ''}`
}

/** Those of Twilio's default list, and of the FCC's. */
const LISTED = ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT', 'OPT OUT', 'opt-out']

describe('a text that is a keyword and nothing else', () => {
  it.each(LISTED)('%s is a STOP', (text) => {
    expect(read(text)).toBe('stop en')
  })

  it.each([
    ['START', 'start en'],
    ['Unstop', 'start en'],
    ['YES', 'start en after a stop'],
    ['Help', 'help en'],
    ['info', 'help en'],
    ['ARRET', 'stop fr'],
    ['Arrêt', 'stop fr'],
    ['ARRÊTER', 'stop fr'],
    ['Désabonner', 'stop fr'],
    ['oui', 'start fr after a stop'],
    ['aide', 'help fr'],
    ['ALTO', 'stop es'],
    ['Parar', 'stop es'],
    ['Baja', 'stop es'],
    ['cancelar', 'stop es'],
    ['darme de baja', 'stop es'],
    ['INICIO', 'start es'],
    ['Sí', 'start es after a stop'],
    ['SI', 'start es after a stop'],
    ['ayuda', 'help es'],
    ['SAIR', 'stop pt'],
    ['pare', 'stop pt'],
    ['Começar', 'start pt'],
    ['Não', 'words'],
    ['sim', 'start pt after a stop'],
    ['ajuda', 'help pt'],
    ['Stopp', 'stop de'],
    ['Abmelden', 'stop de'],
    ['HILFE', 'help de'],
    ['ja', 'start de after a stop'],
    ['توقف', 'stop ar'],
    ['إلغاء الاشتراك', 'stop ar'],
    ['الغاء الاشتراك', 'stop ar'],
    ['إيقاف', 'stop ar'],
    ['ايقاف', 'stop ar'],
    ['ابدأ', 'start ar'],
    ['ابدا', 'start ar'],
    ['نعم', 'start ar after a stop'],
    ['مساعدة', 'help ar'],
    ['مساعده', 'help ar'],
  ])('%s is read as: %s', (text, expected) => {
    expect(read(text)).toBe(expected)
  })

  it.each([
    ['stop', 'small letters'],
    ['  Stop \n', 'blanks around it'],
    ['STOP.', 'a full stop'],
    ['Stop!!!', 'marks behind it'],
    ['"STOP"', 'quotes'],
    ['¡STOP!', 'marks around it'],
    ['ＳＴＯＰ', 'full-width letters'],
    ['ⓢⓣⓞⓟ', 'letters in circles'],
    ['S\u0301TOP', 'an accent where none belongs'],
    ['STOP\u200e', 'a mark that is not seen'],
    ['\u202bSTOP\u202c', 'marks of direction'],
    ['STOP 🛑', 'a picture'],
  ])('%j is a STOP: it has %s', (text) => {
    expect(read(text)).toBe('stop en')
  })

  it.each([
    ['تَوَقُّف', 'vowel marks'],
    ['تـوقـف', 'a tatweel'],
    ['ﺗﻮﻗﻒ', 'presentation forms'],
    ['توقف؟', 'an Arabic question mark'],
  ])('%s is a STOP: it has %s', (text) => {
    expect(read(text)).toBe('stop ar')
  })
})

describe('a text that says more', () => {
  it.each([
    'STOP PLEASE',
    'please stop texting me',
    'Cancel my subscription',
    'unsubscribe me',
    'Arrêtez de m’écrire',
    'توقف من فضلك',
  ])('%s is left to a person', (text) => {
    expect(read(text)).toBe('review')
  })

  it.each([
    '',
    '  ',
    '🛑',
    'Hello',
    'I can help you',
    'yes please',
    'My code is 482913',
    'the weekend',
    'nonstop',
    'I will be there in the end',
  ])('%j is one like any other', (text) => {
    expect(read(text)).toBe('words')
  })

  it('is looked at from its beginning alone, however long it is', () => {
    expect(read(`stop ${'a'.repeat(10_000)}`)).toBe('review')
    expect(read(`${'a '.repeat(10_000)} stop`)).toBe('words')
    expect(read(`stop${' '.repeat(10_000)}`)).toBe('review')
  })
})

describe('readKeyword', () => {
  it('reads a keyword in whatever case, with whatever marks around it', () => {
    const around = fc.stringMatching(/^[\s.,!?'"()¡¿。،؟…-]{0,8}$/)
    fc.assert(
      fc.property(
        fc.constantFrom(...LISTED),
        around,
        around,
        fc.infiniteStream(fc.boolean()),
        (word, before, after, upper) => {
          const cased = word
            .split('')
            .map((letter) => (upper.next().value === true ? letter.toUpperCase() : letter.toLowerCase()))
          expect(read(`${before}${cased.join('')}${after}`)).toBe('stop en')
        },
      ),
    )
  })

  it('gives what it compares the same form again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const words = wordsOf(text)
        expect(wordsOf(words)).toBe(words)
      }),
    )
  })

  it('takes no text of several ordinary words for a wish', () => {
    const ordinary = fc.constantFrom(
      'we',
      'meet',
      'at',
      'noon',
      'tomorrow',
      'thanks',
      'bonjour',
      'gracias',
      'danke',
      'شكرا',
    )
    fc.assert(
      fc.property(fc.array(ordinary, { minLength: 1, maxLength: 12 }), (words) => {
        expect(read(words.join(' '))).toBe('words')
      }),
    )
  })
})
