import http2 from 'node:http2'
import { globalAgent } from 'node:https'
import { connect } from 'node:tls'
import { type App, cert, deleteApp, initializeApp } from 'firebase-admin/app'
import type { FakeFcm } from '../../../src/fakes/fcm.ts'
import { after } from './rig.ts'

/** The official SDK talks to Google's host names; here they lead to the look-alike, whose certificate carries them. */
export function startSdk(fake: FakeFcm): App {
  const { hostname, port } = new URL(fake.tlsUrl)
  const original = http2.connect
  http2.connect = ((authority: string, options: http2.SecureClientSessionOptions) => {
    const session = original(fake.tlsUrl, { ...options, ca: fake.ca, servername: new URL(authority).hostname })
    const request = session.request.bind(session)
    // It writes the scheme as `https:`, which Google takes and a server of Node resets.
    session.request = (headers, more) => request({ ...headers, ':scheme': 'https' }, more)
    return session
  }) as typeof http2.connect
  const connectHttp1 = globalAgent.createConnection.bind(globalAgent)
  globalAgent.createConnection = ({ host }) =>
    connect({ host: hostname, port: Number(port), ca: fake.ca, servername: host ?? '', ALPNProtocols: ['http/1.1'] })
  const app = initializeApp({ credential: cert({ ...fake.serviceAccount }) }, 'look-alike')
  after(async () => {
    http2.connect = original
    globalAgent.createConnection = connectHttp1
    globalAgent.destroy()
    await deleteApp(app)
  })
  return app
}
