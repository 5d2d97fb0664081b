import type { FastifyRequest, onRequestHookHandler } from 'fastify'
import { TidingsError } from '../domain/errors.ts'
import { readUrl } from '../domain/url.ts'

/**
 * Refuses what a page of another site has a browser send, for routes that change something without more than an address. Every browser
 * since 2023 says where a call comes from (Fetch Metadata); an older one still names the page's origin.
 */
export function refuseOtherSites(publicUrl: string | null): onRequestHookHandler {
  return (request, _reply, done) => {
    if (isFromOtherSite(request, publicUrl))
      return done(new TidingsError('cross_site', 'Pages of other sites cannot do this'))
    done()
  }
}

/** Whether a page of another site made this call. */
export function isFromOtherSite({ headers }: FastifyRequest, publicUrl: string | null): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers
  if (origin === 'null') return true
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const from = typeof origin === 'string' ? (readUrl(origin)?.host ?? null) : null
  const ours = publicUrl === null ? null : new URL(publicUrl).host
  return from !== null && from !== host && from !== ours
}
