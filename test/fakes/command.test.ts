import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runFake } from '../../src/fakes/command.ts'
import { until } from '../support/until.ts'

const FAKES = ['twilio', 'vonage', 'http-sms', 'smsc', 'fcm', 'sink']

let folder: string
const ends: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidings-fakes-'))
})

afterEach(async () => {
  for (const end of ends.splice(0)) await end()
  await rm(folder, { recursive: true })
})

/** What a look-alike said once it listens, or the code it ended with. */
async function start(
  ...words: string[]
): Promise<{ env: Record<string, string>; out: string; end: () => Promise<number> }> {
  let out = ''
  let tell: () => void = () => undefined
  const told = new Promise<void>((resolve) => (tell = resolve))
  const ended = runFake(words, { write: (text) => (out += text), warn: () => undefined, told: () => told })
  const end = (): Promise<number> => {
    tell()
    return ended
  }
  ends.push(end)
  await until(() => out !== '')
  const lines = [...out.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value] as const)
  return { env: Object.fromEntries(lines), out, end }
}

async function refused(...words: string[]): Promise<{ code: number; warned: string[] }> {
  const warned: string[] = []
  const code = await runFake(words, {
    write: () => undefined,
    warn: (line) => warned.push(line),
    told: () => Promise.resolve(),
  })
  return { code, warned }
}

describe.each(FAKES)('tidings fake %s', (name) => {
  test('says what it knows, examples first', async () => {
    const { out, end } = await start(name, '--help')
    expect(out).toMatch(new RegExp(`^A .*\\n\\n {2}npm run fake -- ${name}`))
    expect(out).toContain('--script FILE')
    expect(await end()).toBe(0)
  })

  test('prints where it listens, which nobody else can then, and ends when it is told', async () => {
    const { out, end } = await start(name)
    const port = Number(/^listening on \w+:\/\/127\.0\.0\.1:(\d+)$/m.exec(out)?.[1])
    expect(await refused(name, '--port', String(port))).toEqual({
      code: 2,
      warned: [`tidings fake: Port ${port} is in use.`],
    })
    expect(await end()).toBe(0)
  })

  test('refuses a script that is not there, not JSON or not one', async () => {
    const file = join(folder, 'rules.json')
    const missing = await refused(name, '--script', file)
    writeFileSync(file, '[')
    const broken = await refused(name, '--script', file)
    writeFileSync(file, '[{"play": 3}]')
    const wrong = await refused(name, '--script', file)
    expect([missing, broken, wrong].map(({ code }) => code)).toEqual([2, 2, 2])
    expect(missing.warned).toEqual([`tidings fake: The script ${file} can't be read.`])
    expect(broken.warned).toEqual([`tidings fake: The script ${file} is not JSON.`])
    expect(wrong.warned).toEqual([expect.stringMatching(/^tidings fake: Rule 1, play, must be [^\n]+\.$/)])
  })
})

test.each([
  [['twillio'], 'There is no look-alike twillio. There are twilio, vonage, http-sms, smsc, fcm, apns, webpush, sink.'],
  [['twilio', '--prot', '1'], "Unknown option '--prot'."],
  [['twilio', '--port', '70000'], '--port 70000 is not a port; 0 takes any free one.'],
  [['twilio', '--port', 'x'], '--port x is not a port; 0 takes any free one.'],
  [['sink', '--secret', 'whsec_'], '--secret must be whsec_ and then base64.'],
  [['sink', '--secret', 'whsec_a*b'], '--secret must be whsec_ and then base64.'],
  [['smsc', '--response-ids', 'octal'], '--response-ids octal is none of decimal, hex.'],
  [['smsc', '--per-second', '0'], '--per-second 0 is not a number from 1 to 1000000.'],
  [['vonage', '--signs', 'rot13'], '--signs rot13 is none of md5hash, md5, sha1, sha256, sha512, none.'],
  [['twilio', 'now'], "Unexpected argument 'now'."],
])('%j is refused in one line', async (words, problem) => {
  expect(await refused(...words)).toEqual({ code: 2, warned: [`tidings fake: ${problem}`] })
})

test('told nothing, it says what there is', async () => {
  const { out, end } = await start()
  expect(out).toMatch(/^twilio {3}/m)
  expect(await end()).toBe(0)
})

describe('a script', () => {
  test('tells the look-alike of Twilio what to do, and can be replaced', async () => {
    const file = join(folder, 'rules.json')
    const ledger = join(folder, 'ledger.jsonl')
    writeFileSync(file, '[{"when": {"body": "*no*"}, "play": {"refuse": {"status": 400, "code": 21610}}}]')
    const { env } = await start('twilio', '--script', file, '--ledger', ledger)
    const [account, token] = [env['TWILIO_ACCOUNT_SID'] ?? '', env['TWILIO_AUTH_TOKEN'] ?? '']
    const url = env['TWILIO_BASE_URL'] ?? ''
    const send = async (body: string): Promise<number> => {
      const form = new URLSearchParams({ To: '+201009129288', From: env['TWILIO_FROM'] ?? '', Body: body })
      const authorization = `Basic ${Buffer.from(`${account}:${token}`).toString('base64')}`
      const path = `/2010-04-01/Accounts/${account}/Messages.json`
      const answer = await fetch(url + path, { method: 'POST', headers: { authorization }, body: form })
      await answer.arrayBuffer()
      return answer.status
    }
    expect([await send('yes'), await send('oh no')]).toEqual([201, 400])
    const script = [{ times: 1, play: { refuse: { status: 503, code: null } } }]
    const told = await fetch(`${url}/control`, { method: 'POST', body: JSON.stringify({ script }) })
    expect([told.status, await told.json()]).toEqual([200, { accepted: 1 }])
    expect([await send('oh no'), await send('oh no')]).toEqual([503, 201])
    const unknown = await fetch(`${url}/control`, { method: 'POST', body: '{"scirpt": []}' })
    expect([unknown.status, await unknown.json()]).toEqual([
      400,
      { error: 'There is no scirpt here. There are script, inbound.' },
    ])
    const lines = readFileSync(ledger, 'utf8').trim().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { body: string }).body)).toEqual(['yes', 'oh no'])
  })

  test('tells the look-alike of FCM what to do, in the words of its tokens', async () => {
    const file = join(folder, 'rules.json')
    writeFileSync(file, '[{"when": {"target": "device-*"}, "times": 1, "play": "unavailable.7"}]')
    const { env } = await start('fcm', '--script', file)
    const account = JSON.parse((env['FCM_SERVICE_ACCOUNT'] ?? '').slice(1, -1)) as Record<string, string>
    const token = await accessToken(account)
    const send = async (): Promise<[number, string | null]> => {
      const answer = await fetch(`${env['FCM_BASE_URL']}/v1/projects/${account['project_id']}/messages:send`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify({ message: { token: 'device-1' } }),
      })
      await answer.arrayBuffer()
      return [answer.status, answer.headers.get('retry-after')]
    }
    expect([await send(), await send()]).toEqual([
      [503, '7'],
      [200, null],
    ])
    const wrong = await fetch(`${env['FCM_BASE_URL']}/control`, {
      method: 'POST',
      body: '{"script": [{"play": "no"}]}',
    })
    expect(wrong.status).toBe(400)
  })
})

async function accessToken(account: Readonly<Record<string, string>>): Promise<string> {
  const { importPKCS8, SignJWT } = await import('jose')
  const key = await importPKCS8(account['private_key'] ?? '', 'RS256')
  const assertion = await new SignJWT({ scope: 'https://www.googleapis.com/auth/firebase.messaging' })
    .setProtectedHeader({ alg: 'RS256', kid: account['private_key_id'] ?? '' })
    .setIssuer(account['client_email'] ?? '')
    .setAudience(account['token_uri'] ?? '')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(key)
  const form = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion })
  const answer = await fetch(account['token_uri'] ?? '', { method: 'POST', body: form })
  return ((await answer.json()) as { access_token: string }).access_token
}
