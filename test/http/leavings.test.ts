import { connect, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import Fastify from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { expect, it } from 'vitest'
import { createLeavings } from '../../src/http/leavings.ts'
import { until } from '../support/until.ts'

it('work is not begun for a caller who left before it, and is ended for one who leaves during it', async () => {
  const app = Fastify().withTypeProvider<TypeBoxTypeProvider>()
  const leavings = createLeavings(app)
  const aborted: string[] = []
  let begun = 0
  for (const [path, leavesBefore] of [
    ['/before', true],
    ['/during', false],
  ] as const) {
    app.get(path, async (_request, reply) => {
      begun += 1
      if (leavesBefore) await once(reply.raw, 'close')
      return leavings.untilGone(reply, async (signal) => {
        if (!signal.aborted) await once(signal, 'abort')
        aborted.push(path)
      })
    })
  }
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  for (const [index, path] of ['/before', '/during'].entries()) {
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
    await until(() => begun === index + 1)
    socket.destroy()
    await until(() => aborted.includes(path))
  }
  await app.close()
  expect(aborted).toEqual(['/before', '/during'])
})
