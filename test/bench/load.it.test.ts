import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, it } from 'vitest'
import { ROOT } from '../support/documents.ts'

const GOOD = { success: true, message_id: 7, status: 'queued', segments: 1, encoding: 'gsm7' }

let server: Server | null = null

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

it('tells what was answered, and brings the key it was given', async () => {
  const keys = new Set<string | undefined>()
  const result = await load((_, key) => {
    keys.add(key)
    return [200, GOOD]
  })
  const { answered, perSecond, errors } = JSON.parse(result.stdout) as Record<string, number>
  expect({ hasAnswers: (answered ?? 0) > 10, isQuick: (perSecond ?? 0) > 10, errors }).toEqual({
    hasAnswers: true,
    isQuick: true,
    errors: 0,
  })
  expect([...keys]).toEqual(['Bearer tidings_live_bench'])
})

it('ends where calls are answered with a fault, though the first was not', async () => {
  await expect(load((calls) => (calls === 1 ? [200, GOOD] : [500, { error: 500 }]))).rejects.toThrow(
    /of \d+ calls were not answered with 200/,
  )
})

it('ends where a 200 is no answer', async () => {
  await expect(load(() => [200, { success: true }])).rejects.toThrow(/answered 200 \{"success":true\}/)
})

async function load(answer: (calls: number, key: string | undefined) => [number, object]): Promise<{ stdout: string }> {
  let calls = 0
  server = createServer((request, response) => {
    calls += 1
    const [status, body] = answer(calls, request.headers.authorization)
    request.resume()
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const args = [join(ROOT, 'bench/load.mjs'), `http://127.0.0.1:${port}`, '1', '4']
  return promisify(execFile)(process.execPath, args, { env: { ...process.env, BENCH_KEY: 'tidings_live_bench' } })
}
