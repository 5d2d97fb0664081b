import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { expect, it } from 'vitest'
import { createGate } from '../../src/http/limits.ts'
import { enterUntilClosed } from '../../src/http/overload.ts'
import { until } from '../support/until.ts'

it('a caller who left while its key was looked up keeps no place', async () => {
  const app = Fastify()
  const gate = createGate(1)
  let [asked, over] = [0, 0]
  app.addHook('onRequest', async (request, reply) => {
    asked += 1
    if (request.url === '/leaves') await once(reply.raw, 'close')
  })
  app.get('/*', async (_, reply) => {
    const entered = enterUntilClosed(gate, reply)
    over += 1
    return { entered }
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  socket.write('GET /leaves HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => asked === 1)
  socket.destroy()
  await until(() => over === 1)
  const answers = []
  for (const path of ['/one', '/two']) answers.push(await (await fetch(`http://127.0.0.1:${port}${path}`)).json())
  await app.close()
  expect(answers).toEqual([{ entered: true }, { entered: true }])
})
