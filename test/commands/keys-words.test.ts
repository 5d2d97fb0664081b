import { expect, test } from 'vitest'
import { SCOPES } from '../../src/domain/caller.ts'
import { parseKeysWords } from '../../src/commands/keys-words.ts'

const parse = (line: string): unknown => parseKeysWords(line.split(' ').filter((word) => word !== ''))

test('told nothing, it lists', () => {
  expect(parse('')).toEqual({ kind: 'list' })
  expect(parse('list')).toEqual({ kind: 'list' })
  expect(parse('create -h')).toEqual({ kind: 'help' })
})

test('a key is made with its name, scopes and limits', () => {
  const limits =
    '--country eg --country SA --topic news-* --cidr 10.0.0.0/8 --spend-limit 12.5 --expires 2030-01-31T18:00:00Z'
  expect(parse(`create --name Shop --scope sms:send --scope sms:send --scope messages:read ${limits}`)).toEqual({
    kind: 'create',
    input: {
      mode: 'live',
      name: 'Shop',
      scopes: ['sms:send', 'messages:read'],
      countries: ['EG', 'SA'],
      topics: ['news-*'],
      cidrs: ['10.0.0.0/8'],
      spendLimit: 12.5,
      expiresAt: new Date('2030-01-31T18:00:00Z'),
    },
  })
})

test('`all` is every scope, of a test key all but admin', () => {
  expect(parse('create --name x --scope all')).toMatchObject({ input: { mode: 'live', scopes: SCOPES } })
  const captured = { mode: 'test', scopes: SCOPES.filter((scope) => scope !== 'admin') }
  expect(parse('create --name x --scope all --test')).toMatchObject({ input: captured })
})

test('a key is named by its id, by its beginning, or whole', () => {
  expect(parse('revoke ab12CD34ef')).toEqual({ kind: 'revoke', id: 'ab12CD34ef' })
  expect(parse('revoke tidings_live_ab12CD34ef_')).toEqual({ kind: 'revoke', id: 'ab12CD34ef' })
  expect(parse('rotate ab12CD34ef')).toEqual({ kind: 'rotate', id: 'ab12CD34ef', overlapSeconds: 86_400 })
  expect(parse('rotate ab12CD34ef --overlap-hours 0.5')).toMatchObject({ overlapSeconds: 1_800 })
})

test.each([
  ['creat', 'Unknown act creat. Did you mean create?'],
  ['create --scope all', 'keys create needs a --name of at most 100 characters: what will use it.'],
  ['create --name x', `keys create needs a --scope: ${SCOPES.join(', ')}, or all.`],
  ['create --name x --scope sms:sed', 'Unknown scope sms:sed. Did you mean sms:send?'],
  ['create --name x --scope all --expires tomorrow', '--expires is a time like 2030-01-31T18:00:00Z.'],
  ['create --names x', "Unknown option '--names'. npm run keys -- --help shows them all."],
  ['revoke', "keys revoke needs the 10 characters of a key's id; npm run keys lists them."],
  ['rotate ab12CD34ef --overlap-hours 169', '--overlap-hours is 0 to 168.'],
  ['rotate ab12CD34ef --overlap-hours x', '--overlap-hours is 0 to 168.'],
])('`keys %s` is told what is wrong', (line, problem) => {
  expect(parse(line)).toEqual({ kind: 'wrong', problem })
})
