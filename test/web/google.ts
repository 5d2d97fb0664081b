import type { BrowserContext, Route } from 'playwright-core'

const INSTALLATIONS = 'https://firebaseinstallations.googleapis.com/'
const REGISTRATIONS = 'https://fcmregistrations.googleapis.com/'

/** What one of Google's two hosts does: answers as it would, with an error of its own, refuses the connection, never answers. */
export type Answer = 'ok' | 'away' | 'silent' | { readonly status: number; readonly body: string }

export interface GoogleCall {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
}

/** The two hosts that a browser registers with, in place of Google's. */
export interface Google {
  installations: Answer
  registrations: Answer
  readonly calls: GoogleCall[]
  /** A registration gives this one the next time. */
  token: string
}

/** An error as Google's APIs write them. Source: google.aip.dev/193. */
export function googleError(status: number, word: string, message: string): Answer {
  return { status, body: JSON.stringify({ error: { code: status, status: word, message } }) }
}

export async function standInForGoogle(context: BrowserContext, token: string): Promise<Google> {
  const google: Google = { installations: 'ok', registrations: 'ok', calls: [], token }
  await context.route(`${INSTALLATIONS}**`, (route) => answer(route, google, google.installations, installation))
  await context.route(`${REGISTRATIONS}**`, (route) => answer(route, google, google.registrations, registration))
  return google
}

const ALLOWED = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*',
  'access-control-allow-methods': '*',
}

async function answer(
  route: Route,
  google: Google,
  how: Answer,
  well: (call: GoogleCall, google: Google) => object,
): Promise<void> {
  const request = route.request()
  if (request.method() === 'OPTIONS') return route.fulfill({ status: 204, headers: ALLOWED })
  const call: GoogleCall = {
    method: request.method(),
    url: request.url(),
    headers: request.headers(),
    body: (request.postDataJSON() ?? {}) as Record<string, unknown>,
  }
  google.calls.push(call)
  if (how === 'silent') return undefined
  if (how === 'away') return route.abort('connectionrefused')
  const reply = how === 'ok' ? { status: 200, body: JSON.stringify(well(call, google)) } : how
  return route.fulfill({ ...reply, headers: { ...ALLOWED, 'content-type': 'application/json' } })
}

function installation({ body }: GoogleCall): object {
  const authToken = { token: 'auth-token', expiresIn: '604800s' }
  return { fid: body['fid'], refreshToken: 'refresh-token', authToken }
}

/** The SDK names its version only where it registers an installation id; then the name must be that id. */
function registration({ body, url }: GoogleCall, google: Google): object {
  if (!('fcm_sdk_version' in body)) return { token: google.token }
  const first = google.calls.find((call) => call.url.startsWith(INSTALLATIONS))
  return { name: `${new URL(url).pathname.slice('/v1/'.length)}/${String(first?.body['fid'])}` }
}
