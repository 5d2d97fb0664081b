import type { onRequestHookHandler } from 'fastify'
import { TidingsError } from '../domain/errors.ts'

/**
 * Refuses what a page of another site has a browser send, for routes that change something without more than an address. Every browser
 * since 2023 says where a call comes from (Fetch Metadata); an older one still names the page's origin.
 */
export function refuseOtherSites(publicUrl: string | null): onRequestHookHandler {
  const ours = publicUrl === null ? null : new URL(publicUrl).host
  return (request, _reply, done) => {
    const { origin, host, 'sec-fetch-site': site } = request.headers
    const from = typeof origin === 'string' && URL.canParse(origin) ? new URL(origin).host : null
    const foreign =
      site === undefined ? from !== null && from !== host && from !== ours : site !== 'same-origin' && site !== 'none'
    if (foreign || origin === 'null') return done(new TidingsError('cross_site', 'Pages of other sites cannot do this'))
    done()
  }
}
