import type { FastifyReply, FastifyRequest } from 'fastify'
import { SignIn, type SessionAnswer } from '../../contract/session.ts'
import { named } from '../../contract/words.ts'
import { TidingsError } from '../../domain/errors.ts'
import type { Session, SessionSecret } from '../../flows/keys/sessions.ts'
import { notFrom, tooMany, WHY_WRONG } from '../auth.ts'
import { json, type RouteDocs } from '../documentation.ts'
import { refuseOtherSites } from '../other-sites.ts'
import type { HttpParts, Server } from '../parts.ts'
import { cookieGone, cookieWith, secretIn, sessionOf } from '../session-cookie.ts'
import { createWrongKeys } from '../wrong-keys.ts'

/** Signs a browser in and out. What it holds is a cookie that no script can read. */
export function sessionRoutes(app: Server, parts: HttpParts): void {
  const { sessions, publicUrl } = parts
  const onRequest = refuseOtherSites(publicUrl)
  const wrong = createWrongKeys()

  app.get('/session', { config: { docs: READ_DOCS, scope: 'open' } }, async (request) =>
    answer(await sessionOf(request, parts), parts),
  )

  app.post(
    '/session',
    {
      onRequest,
      schema: { body: SignIn, response: { 200: named<SessionAnswer>('SessionAnswer') } },
      config: { docs: OPEN_DOCS, scope: 'open' },
    },
    async (request, reply): Promise<SessionAnswer> => {
      const address = parts.addressOf(request.raw)
      const blockedFor = wrong.blockedFor(address, parts.now())
      if (blockedFor > 0) throw tooMany(blockedFor)
      const secret = await open(parts, request.body, address)
      if (secret instanceof TidingsError) {
        // One that is right and may not be used from there was not guessed.
        if (secret.code === 'unauthorized') wrong.count(address, parts.now())
        throw secret
      }
      reply.header('Set-Cookie', cookieWith(secret, publicUrl))
      return answer(await sessions.find(secret, parts.now()), parts)
    },
  )

  app.delete(
    '/session',
    { onRequest, config: { docs: CLOSE_DOCS, scope: 'open' } },
    async (request: FastifyRequest, reply: FastifyReply) => {
      const secret = secretIn(request, publicUrl)
      if (secret !== null) await sessions.close(secret, parts.addressOf(request.raw))
      reply.header('Set-Cookie', cookieGone(publicUrl))
      return answer(null, parts)
    },
  )
}

const NOBODY = { signed_in: false, name: null, scopes: [], ends_at: null }

function answer(session: Session | null, { auth }: HttpParts): SessionAnswer {
  return { success: true, data: { required: auth.required, ...(session === null ? NOBODY : toSession(session)) } }
}

function toSession({ keyName, caller, endsAt }: Session): Omit<SessionAnswer['data'], 'required'> {
  return { signed_in: true, name: keyName, scopes: [...caller.scopes], ends_at: endsAt.toISOString() }
}

async function open(
  { sessions }: HttpParts,
  { key, link }: SignIn,
  address: string,
): Promise<SessionSecret | TidingsError> {
  if (link !== undefined)
    return (await sessions.openByLink(link, address)) ?? new TidingsError('unauthorized', WHY_NO_LINK)
  const opened = await sessions.openByKey(key?.trim() ?? '', address)
  if (opened.kind === 'elsewhere') return notFrom(address, 'key')
  return opened.kind === 'wrong' ? new TidingsError('unauthorized', WHY_WRONG[opened.why]) : opened.secret
}

const WHY_NO_LINK = 'This link was used already, or is older than half an hour; sign in with an API key'

const READ_DOCS: RouteDocs = {
  operationId: 'readSession',
  summary: 'Who is signed in in this browser',
  tag: 'session',
  ok: { description: 'Somebody, or nobody.', content: json('SessionAnswer') },
  errors: ['database_unavailable'],
}

const OPEN_DOCS: RouteDocs = {
  operationId: 'signIn',
  summary: 'Sign a browser in',
  description: 'For the dashboard. Programs send their key with each call instead.',
  tag: 'session',
  body: { $ref: 'SignIn#' },
  ok: { description: 'Signed in, by a cookie.', content: json('SessionAnswer') },
  errors: [
    'invalid_json',
    'invalid_request',
    'unauthorized',
    'forbidden',
    'too_many_wrong_keys',
    'cross_site',
    'database_unavailable',
  ],
}

const CLOSE_DOCS: RouteDocs = {
  operationId: 'signOut',
  summary: 'Sign a browser out',
  tag: 'session',
  ok: { description: 'Nobody is signed in.', content: json('SessionAnswer') },
  errors: ['cross_site', 'database_unavailable'],
}
