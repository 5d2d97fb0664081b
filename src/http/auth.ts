import type { FastifyReply, FastifyRequest, onRequestHookHandler, RouteOptions } from 'fastify'
import { ANYONE, type Caller, type Scope } from '../domain/caller.ts'
import { TidingsError } from '../domain/errors.ts'
import { scopeProblem, testKeyProblem, type Touches } from '../domain/permissions.ts'
import { SANDBOX } from '../domain/provider.ts'
import type { GoodKey, WrongKey } from '../flows/keys/keyring.ts'
import { readId } from './ids.ts'
import type { HttpParts, Server } from './parts.ts'
import { createWrongKeys, MOST_WRONG_KEYS, type WrongKeys } from './wrong-keys.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a caller must be allowed to do; `open`: nothing is asked. A route without it keeps the service from starting. */
    scope?: Scope | 'open'
    /** An open route that answers more to whoever names this parameter, and may. */
    scopeWith?: { readonly parameter: string; readonly scope: Scope }
    /** What a call that is no GET changes. One with a scope that a test key can have, and without this, keeps the service from starting. */
    touches?: Touches
  }
}

/** Who calls, or why nobody may as this. */
type Called = Caller | TidingsError

/** Keys are recognised by their beginning: whatever else a proxy asks for in this header is no business of ours. */
const BRINGS_KEY = /^bearer +tidings_/i

/**
 * Asks every route but the open ones for a key before anything of a body is read. It stands in the route itself, before its other hooks,
 * so that an open one pays nothing.
 */
export function authorize(app: Server, parts: HttpParts): void {
  const wrong = createWrongKeys()
  app.addHook('onRoute', (route) => {
    const scope = scopeOf(route)
    const more = route.config?.scopeWith
    if (more !== undefined) route.onRequest = onlyWith(more.parameter, admit(parts, wrong, more.scope, 'none'))
    if (scope === 'open') return
    route.onRequest = [admit(parts, wrong, scope, touchesOf(route, scope)), ...[route.onRequest ?? []].flat()]
  })
}

function onlyWith(parameter: string, hook: onRequestHookHandler): onRequestHookHandler {
  return function (request, reply, done) {
    const { query } = request
    if (typeof query === 'object' && query !== null && parameter in query) hook.call(this, request, reply, done)
    else done()
  }
}

/** Files of pages are open; they come from a plug-in that knows no scopes. */
function scopeOf({ method, url, config }: RouteOptions): Scope | 'open' {
  const scope = config?.scope ?? (url.startsWith('/assets/') ? 'open' : undefined)
  if (scope === undefined) throw new Error(`${String(method)} ${url} does not declare its scope: config.scope`)
  return scope
}

/** A test key is never an administrator's. */
function touchesOf({ method, url, config }: RouteOptions, scope: Scope): Touches {
  const reads = [method].flat().every((one) => one === 'GET' || one === 'HEAD')
  const touches = config?.touches ?? (reads || scope === 'admin' ? 'none' : undefined)
  if (touches === undefined)
    throw new Error(`${String(method)} ${url} does not declare what it changes: config.touches`)
  return touches
}

function admit(parts: HttpParts, wrong: WrongKeys, scope: Scope, touches: Touches): onRequestHookHandler {
  return (request, reply, done) => {
    const finish = (problem: TidingsError | null): void => done(problem ?? undefined)
    const enter = (called: Called): void => {
      if (called instanceof TidingsError) return done(challenge(reply, called, request))
      const lacking = scopeProblem(called, scope)
      if (lacking !== null) return done(tellScope(reply, lacking, scope))
      request.caller = withAddress(called, scope, request, parts)
      const problem = called.mode === 'test' ? problemOfTest(touches, request, parts) : null
      if (problem instanceof Promise) void problem.then(finish, done)
      else finish(problem)
    }
    const called = callerOf(request, parts, wrong)
    if (called instanceof Promise) void called.then(enter, done)
    else enter(called)
  }
}

function problemOfTest(
  touches: Touches,
  { params }: FastifyRequest,
  { channels, reads }: HttpParts,
): ReturnType<typeof testKeyProblem> {
  const leaving = { sms: !channels.sms.capturing, push: !channels.push.capturing }
  return testKeyProblem(touches, leaving, async () => {
    const found = await (touches === 'sms' ? reads.message(readId(params)) : reads.notification(readId(params)))
    // What is not there is for the route to say.
    if (found === null) return true
    const ways = 'ways' in found ? found.ways : []
    return [found, ...ways].every(({ provider }) => provider === SANDBOX)
  })
}

/** What concerns the service itself stands in the audit, with from where it was done. */
function withAddress(caller: Caller, scope: Scope, request: FastifyRequest, { addressOf }: HttpParts): Caller {
  return scope === 'admin' || scope === 'webhooks:write' ? { ...caller, address: addressOf(request.raw) } : caller
}

/**
 * Whether whoever was let in may still be here: for answers that don't end by themselves. Where that can't be found out now, he stays: he
 * is asked again.
 */
export async function mayStay(request: FastifyRequest, { auth, now }: HttpParts, scope: Scope): Promise<boolean> {
  const { authorization } = request.headers
  const found =
    authorization === undefined || !BRINGS_KEY.test(authorization)
      ? ((await auth.session(request)) ?? (auth.required ? null : { caller: ANYONE }))
      : (auth.keyring.known(authorization, now()) ?? (await auth.keyring.look(authorization)))
  return found !== null && typeof found !== 'string' && scopeProblem(found.caller, scope) === null
}

/** First the key that a call brings, then the session of the browser; without either `ANYONE`, where nobody is asked for a key. */
export function callerOf(request: FastifyRequest, parts: HttpParts, wrong: WrongKeys): Called | Promise<Called> {
  const { authorization } = request.headers
  if (authorization === undefined) return withoutKey(request, parts)
  // Only keys that are right are known, so this one begins as it must.
  const known = parts.auth.keyring.known(authorization, request.arrivedAt)
  if (known !== null) return at(known, request, parts)
  if (!BRINGS_KEY.test(authorization)) return withoutKey(request, parts)
  return lookedUp(authorization, request, parts, wrong)
}

function withoutKey(request: FastifyRequest, { auth }: HttpParts): Called | Promise<Called> {
  const session = auth.session(request)
  const none = (): Called => (auth.required ? nobody(request) : ANYONE)
  if (session instanceof Promise) return session.then((found) => found?.caller ?? none())
  return session?.caller ?? none()
}

async function lookedUp(header: string, request: FastifyRequest, parts: HttpParts, wrong: WrongKeys): Promise<Called> {
  const { keyring } = parts.auth
  const address = parts.addressOf(request.raw)
  // Whose key was right before is not kept out by a neighbour behind the same address.
  const blockedFor = keyring.wasGood(header) ? 0 : wrong.blockedFor(address, request.arrivedAt)
  if (blockedFor > 0) return tooMany(blockedFor)
  const verdict = await keyring.look(header)
  if (typeof verdict !== 'string') return at(verdict, request, parts)
  wrong.count(address, request.arrivedAt)
  return new TidingsError('unauthorized', WHY_WRONG[verdict])
}

function at({ caller, from }: GoodKey, request: FastifyRequest, { addressOf }: HttpParts): Called {
  if (from === null) return caller
  const address = addressOf(request.raw)
  return from.has(address) ? caller : notFrom(address, 'Authorization')
}

/** `path`: where the key stood. */
export function notFrom(address: string, path: string): TidingsError {
  const message = `This key may not be used from ${address}; its cidrs say from where it may`
  return new TidingsError('forbidden', message, { details: [{ path, message }] })
}

/** Why a key opens nothing, in a sentence. */
export const WHY_WRONG: Readonly<Record<WrongKey, string>> = {
  malformed: 'This is not a whole API key: a part is missing, or was mistyped. Copy it again',
  unknown: 'There is no such API key',
  revoked: 'This API key was revoked',
  expired: 'This API key has expired, or was replaced',
  foreign: 'This API key was made under another SECRET_KEY than this node has',
}

function nobody({ headers }: FastifyRequest): TidingsError {
  const brought = headers.authorization === undefined ? '' : '; what the Authorization header holds is none'
  return new TidingsError(
    'unauthorized',
    `An API key is needed${brought}: send \`Authorization: Bearer tidings_…\`. \`npm run keys -- create\` makes one`,
  )
}

/** After too many wrong keys from one address. */
export function tooMany(retryAfterSeconds: number): TidingsError {
  const message = `More than ${MOST_WRONG_KEYS} wrong API keys came from this address within a minute`
  return new TidingsError('too_many_wrong_keys', message, { retryAfterSeconds })
}

/** Source: RFC 6750 §3. What no other scope would mend has no challenge. */
function challenge(reply: FastifyReply, refusal: TidingsError, { headers }: FastifyRequest): TidingsError {
  if (refusal.code === 'unauthorized') {
    const invalid = BRINGS_KEY.test(headers.authorization ?? '') ? ', error="invalid_token"' : ''
    reply.header('WWW-Authenticate', `Bearer realm="tidings"${invalid}`)
  }
  return refusal
}

/** Source: RFC 6750 §3.1. */
function tellScope(reply: FastifyReply, lacking: TidingsError, scope: Scope): TidingsError {
  reply.header('WWW-Authenticate', `Bearer realm="tidings", error="insufficient_scope", scope="${scope}"`)
  return lacking
}
