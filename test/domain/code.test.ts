import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findCode } from '../../src/domain/sms/code.ts'
import { maskCodes } from '../../src/domain/mask.ts'

describe('the one-time code of a text', () => {
  it.each([
    ['Your code is 482913', '482913'],
    ['482913 is your Acme verification code', '482913'],
    ['482913', '482913'],
    ['  482-913 ', '482913'],
    ['Your code is: 482 913.', '482913'],
    ['Acme: 4829 1375 is your one-time password', '48291375'],
    ['G-482913 is your Google verification code.', '482913'],
    ['<#> Your ExampleApp code is: 482913 FA+9qCX9VSu', '482913'],
    ['Your code is 482913.\n\n@example.com #482913', '482913'],
    ['Use 9041 to verify your phone', '9041'],
    ['PIN:9041', '9041'],
    ['Code 482913, valid for 10 minutes. Never share it.', '482913'],
    ['Your code is “482913”', '482913'],
    ['Your code is 2024', '2024'],
    ['Order 48213: your code is 991204', '991204'],
    ['991204 is your code for order 48213', '991204'],
    ['Your code is 991204. Questions? Call +20 100 912 9288 or 16123', '991204'],
    ['Pay EGP 1500.50 with code 7741', '7741'],
    ['7741 is the code to confirm your payment of $1,500', '7741'],
    ['In 2026 as ever: the password is 552001', '552001'],
    ['Your login code: 552001. If it was not you visit https://example.com/1234567', '552001'],
    ['رمز التحقق الخاص بك هو ٤٨٢٩١٣', '482913'],
    ['كود التفعيل: 482913', '482913'],
    ['Tu código de verificación es 482913', '482913'],
    ['Votre code est 482 913', '482913'],
    ['Ihr Bestätigungscode lautet 482913', '482913'],
    ['Seu código é 482913', '482913'],
    ['Il tuo codice è 482913', '482913'],
    ['Doğrulama kodunuz: 482913', '482913'],
    ['Ваш код: 482913', '482913'],
    ['您的验证码是482913,5分钟内有效', '482913'],
    ['認証コード：482913', '482913'],
    ['인증번호 482913 를 입력하세요', '482913'],
    ['आपका कोड ४८२९१३ है', '482913'],
  ])('%s', (text, code) => {
    expect(findCode(text)?.code).toBe(code)
  })

  it.each([
    'Hello',
    'Your order 48213 is on its way',
    'Welcome! Your order #48213 has shipped',
    'Call us on +20 100 912 9288',
    'Call +1 500 555 0006 to confirm',
    'Call 16123 for help with your password',
    'Your verification is open until 2026',
    'The price is $1500, confirm today',
    'Confirm your payment of 1500 EGP',
    'Confirm your payment of 1,500.00',
    'Confirm your payment of EGP 1500',
    'تأكيد الدفع: ١٥٠٠ جنيه',
    'Sign in at https://example.com/482913',
    'Confirm: https://example.com/?token=482913',
    'Your card ending 1234 was used to sign in',
    'Your card **1234 was used to log in',
    'Log in before 12/05/2026',
    'The code is 123',
    'The code is 123456789',
    'Your code is A1234B',
    'We met in 2019, 1234 times',
    '',
  ])('none: %s', (text) => {
    expect(findCode(text)).toBeNull()
  })

  it('is also a number alone without a word for it, where the message is known to carry one', () => {
    expect(findCode('Acme: 482913')).toBeNull()
    expect(findCode('Acme: 482913', true)?.code).toBe('482913')
    expect(findCode('Acme in 2026: see +20 100 912 9288', true)).toBeNull()
  })

  it('is found in every script that has decimal digits, and told in 0 to 9', () => {
    const systems = Intl.supportedValuesOf('numberingSystem')
    const scripts = systems.flatMap((system) => {
      const written = new Intl.NumberFormat('en', { numberingSystem: system, useGrouping: false }).format(482_913)
      return /^\p{Nd}{6}$/u.test(written) ? [written] : []
    })
    expect(scripts.length).toBeGreaterThan(50)
    for (const written of scripts) {
      expect(findCode(`Your code is ${written}`)).toEqual({ code: '482913', index: 13, length: written.length })
    }
  })

  const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 4, maxLength: 8 }).map((each) => each.join(''))

  it('is found whatever it is, with a space or dash in its middle', () => {
    const template = fc.constantFrom('Your code is %', '% is your code', 'OTP: %. Do not share it.', '%')
    fc.assert(
      fc.property(digits, template, fc.constantFrom('', ' ', '-'), (code, text, between) => {
        const cut =
          between === '' || code.length < 6
            ? code
            : code.slice(0, code.length / 2) + between + code.slice(code.length / 2)
        expect(findCode(text.replace('%', cut))?.code).toBe(code)
      }),
    )
  })

  it('stands where it is said to stand, and is never left readable by the mask', () => {
    const word = fc.constantFrom(
      'code',
      'is',
      ':',
      'Your',
      'رمز',
      '12',
      'order',
      '$',
      'PIN',
      '.',
      '@',
      '-',
      '2026',
      'x',
    )
    const text = fc
      .array(fc.oneof(word, digits, fc.string({ maxLength: 3 })), { maxLength: 12 })
      .map((parts) => parts.join(' '))
    fc.assert(
      fc.property(text, fc.boolean(), (written, sure) => {
        const found = findCode(written, sure)
        if (found === null) return
        const there = written.slice(found.index, found.index + found.length)
        expect(there.replace(/\P{Nd}/gu, '')).toHaveLength(found.code.length)
        expect(maskCodes(written).slice(found.index, found.index + found.length)).toMatch(/^·[· -]+·$/)
      }),
      { numRuns: 500 },
    )
  })

  it('is looked for in time that grows with the text alone', () => {
    const startedAt = process.cpuUsage().user
    for (const text of [
      'code '.repeat(2_000),
      '1234 '.repeat(2_000),
      'a'.repeat(30_000),
      '$ '.repeat(5_000),
      '. '.repeat(5_000),
    ]) {
      findCode(`${text}1234`)
    }
    expect(process.cpuUsage().user - startedAt).toBeLessThan(5_000_000)
  })
})
