import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serverAddress } from '../../src/cli/server-address.ts'
import { webhookSecret } from '../../src/cli/webhook-secret.ts'

const KEY = 'tidings_test_1'
const BYTES = Buffer.alloc(32, 5)
const SECRET = `whsec_${BYTES.toString('base64')}`

let directory: string
let file: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidings-secrets-'))
  file = join(directory, 'secret')
})

afterAll(() => rmSync(directory, { recursive: true }))

const keyIn = (env: Readonly<Record<string, string>>): string | null => serverAddress({ env }).key

function secretIn(env: Readonly<Record<string, string>>): {
  readonly secret: Buffer
  readonly told: readonly string[]
} {
  const told: string[] = []
  const secret = webhookSecret({ env, tell: (line) => void told.push(line), drawBytes: () => Buffer.alloc(32, 6) })
  return { secret, told }
}

test('a key and a secret are taken from their variable, else from their file, without blanks around them', () => {
  writeFileSync(file, ` ${KEY}\n`)
  expect(keyIn({ TIDINGS_KEY_FILE: file })).toBe(KEY)
  expect(keyIn({ TIDINGS_KEY: 'other', TIDINGS_KEY_FILE: file })).toBe('other')
  expect(keyIn({ TIDINGS_KEY: ' ', TIDINGS_KEY_FILE: '' })).toBeNull()
  writeFileSync(file, `${SECRET}\n`)
  expect(secretIn({ TIDINGS_WEBHOOK_SECRET_FILE: file })).toEqual({ secret: BYTES, told: [] })
  expect(secretIn({ TIDINGS_WEBHOOK_SECRET: '', TIDINGS_WEBHOOK_SECRET_FILE: file }).secret).toEqual(BYTES)
})

test('a secret that nobody gave is made, and told', () => {
  const { secret, told } = secretIn({})
  expect(told).toEqual([`Signed with whsec_${secret.toString('base64')}`])
})

test.each([
  ['is empty', () => writeFileSync(file, '\n')],
  ["can't be read", () => rmSync(file)],
])('a file with a key or a secret that %s is refused by its name', (problem, make) => {
  writeFileSync(file, '')
  make()
  expect(() => keyIn({ TIDINGS_KEY_FILE: file })).toThrow(`TIDINGS_KEY_FILE=${file} ${problem}`)
  expect(() => secretIn({ TIDINGS_WEBHOOK_SECRET_FILE: file })).toThrow(
    `TIDINGS_WEBHOOK_SECRET_FILE=${file} ${problem}`,
  )
})
