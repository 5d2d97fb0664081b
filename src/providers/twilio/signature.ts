import { createHash, createHmac } from 'node:crypto'
import { parse, stringify } from 'node:querystring'
import type { ProviderCallback } from '../../domain/provider.ts'
import { readUrl } from '../../domain/url.ts'
import { isSameSecret, queryOf } from '../callbacks.ts'

/**
 * Whether one of `authTokens` signed this callback: `X-Twilio-Signature` is the base64 HMAC-SHA1 of the URL, followed for a form by each
 * name and value in order of names. Any other body is bound by the URL's `bodySHA256`. Nothing in the body is believed before.
 * Source: https://www.twilio.com/docs/usage/security#validating-requests.
 */
export function isSigned(callback: ProviderCallback, authTokens: readonly string[]): boolean {
  const given = callback.headers['x-twilio-signature'] ?? ''
  const bodyHash = queryOf(callback.url).get('bodySHA256')
  if (bodyHash !== null && !isSameSecret(bodyHash, createHash('sha256').update(callback.body).digest('hex')))
    return false
  const signedFields = bodyHash === null ? fieldsInOrder(callback.body) : ''
  return spellings(callback.url).some((url) =>
    authTokens.some((token) => isSameSecret(given, sign(token, url + signedFields))),
  )
}

function sign(token: string, text: string): string {
  return createHmac('sha1', token).update(text).digest('base64')
}

/** A name that came several times counts with its different values, in their order. */
function fieldsInOrder(body: Buffer): string {
  const form = new URLSearchParams(body.toString())
  const names = [...new Set(form.keys())].toSorted()
  return names
    .map((name) =>
      [...new Set(form.getAll(name))]
        .toSorted()
        .map((value) => name + value)
        .join(''),
    )
    .join('')
}

/** What Twilio may have signed: the URL with and without its port, as it is and normalised, its query as it is and escaped anew. */
function spellings(url: string): readonly string[] {
  const normal = readUrl(url)?.href ?? url
  const asIs = [withoutPort(url), withPort(url)]
  const normalised = [withoutPort(normal), withPort(normal)]
  return [...new Set([...asIs, ...normalised, ...normalised.map(withQueryEscapedAnew)])]
}

const AUTHORITY = /^([a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?(?:\[[^\]/?#]*\]|[^:/?#]*))(:\d*)?/i

function withoutPort(url: string): string {
  return url.replace(AUTHORITY, '$1')
}

function withPort(url: string): string {
  const standard = /^https:/i.test(url) ? ':443' : ':80'
  return url.replace(AUTHORITY, (_all, head: string, port: string | undefined) => head + (port ?? standard))
}

function withQueryEscapedAnew(url: string): string {
  const start = url.indexOf('?')
  return start === -1 ? url : `${url.slice(0, start)}?${stringify(parse(url.slice(start + 1)))}`
}
