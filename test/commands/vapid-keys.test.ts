import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import webPush from 'web-push'
import { openVapidKeys } from '../../src/commands/vapid-keys.ts'

test('the pair that browsers subscribe with is made once with the embedded database, and is its owner’s alone', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tidings-vapid-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true }))
  const unset = { webPush: { keys: null, subject: null }, databaseUrl: null, dataDir }
  const made = openVapidKeys(unset)
  const file = join(dataDir, 'vapid-private-key')
  expect(made?.publicKey).toMatch(/^B[\w-]{86}$/)
  expect([readFileSync(file, 'utf8').trim(), statSync(file).mode & 0o777]).toEqual([made?.privateKey, 0o600])
  expect(openVapidKeys(unset)).toEqual(made)

  const keys = webPush.generateVAPIDKeys()
  expect(openVapidKeys({ ...unset, webPush: { keys, subject: null } })).toEqual(keys)
  expect(openVapidKeys({ ...unset, databaseUrl: 'postgres://localhost/x' })).toBeNull()
  writeFileSync(file, 'short')
  expect(() => openVapidKeys(unset)).toThrow('is damaged')
})
