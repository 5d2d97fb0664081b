import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { blocksOf } from './support/documents.ts'
import { freePort, startCommand } from './support/program.ts'
import { until } from './support/until.ts'

const hasPython = spawnSync('python3', ['--version']).status === 0
if (!hasPython) {
  if (process.env['REQUIRE_ALL'] === '1') throw new Error('needs python3')
  console.log('skipped: needs python3 (the receiver in Python of docs/webhooks.md)')
}

const SECRETS = ['one secret of twenty-four b', 'another of twenty-four byt'].map(
  (text) => `whsec_${Buffer.from(text).toString('base64')}`,
)

describe.each([
  { language: 'js', command: [process.execPath], file: 'receiver.mjs', there: true },
  { language: 'python', command: ['python3'], file: 'receiver.py', there: hasPython },
])('the receiver of docs/webhooks.md in $language', ({ language, command, file, there }) => {
  test.skipIf(!there)('takes what is genuine, and nothing that was forged, changed or recorded', async () => {
    const block = blocksOf('docs/webhooks.md').find((one) => one.language === language)
    if (block === undefined) throw new Error(`there is no ${language} in docs/webhooks.md`)
    const [secret = '', other = ''] = SECRETS
    const directory = mkdtempSync(join(tmpdir(), 'tidings-receiver-'))
    writeFileSync(join(directory, file), block.text)
    const port = await freePort()
    const program = startCommand([...command, join(directory, file)], {
      cwd: directory,
      env: { PATH: process.env['PATH'], PORT: String(port), WEBHOOK_SECRET: secret },
      log: join(directory, 'log'),
    })
    try {
      const post = async (headers: Record<string, string>, body: string): Promise<number> =>
        (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body })).status
      await until(() => post({}, '{}').catch(() => null))
      const body = JSON.stringify({ type: 'sms.delivered', data: { text: 'naïve ☂' } })
      const signed = (key: string, at: number): Record<string, string> => ({
        'webhook-id': 'evt_742_1',
        'webhook-timestamp': String(at),
        'webhook-signature': new Webhook(key).sign('evt_742_1', new Date(at * 1_000), body),
      })
      const now = Math.floor(Date.now() / 1_000)
      const right = signed(secret, now)
      const both = [signed(other, now), right].map((headers) => headers['webhook-signature']).join(' ')
      expect(await post(right, body)).toBe(204)
      expect(await post({ ...right, 'webhook-signature': both }, body)).toBe(204)
      expect(await post(signed(other, now), body)).toBe(401)
      expect(await post(signed(secret, now - 400), body)).toBe(401)
      expect(await post(signed(secret, now + 400), body)).toBe(401)
      expect(await post(right, body.replace('delivered', 'failed'))).toBe(401)
      expect(await post({ ...right, 'webhook-id': 'evt_742_2' }, body)).toBe(401)
      expect(await post({ ...right, 'webhook-timestamp': String(now + 1) }, body)).toBe(401)
      expect(await post({ ...right, 'webhook-signature': 'v1,' }, body)).toBe(401)
      expect(await post({ ...right, 'webhook-timestamp': 'NaN' }, body)).toBe(401)
    } finally {
      await program.kill()
      rmSync(directory, { recursive: true })
    }
  })
})
