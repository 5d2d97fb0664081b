import { createTidings, TidingsApiError, TidingsUnreachable } from '../client/tidings.ts'
import type { Check } from '../contract/health.ts'
import type { Surroundings } from './command.ts'
import type { ServerAddress } from './server-address.ts'

const ASK_MS = 20_000

/** What a service says about itself; that none answers is a problem only where one was named. */
export async function askService(
  { url, key }: ServerAddress,
  { env, signal }: Pick<Surroundings, 'env' | 'signal'>,
): Promise<readonly Check[]> {
  const isNamed = (env['TIDINGS_URL'] ?? '') !== ''
  try {
    const { ready, checks } = await createTidings({ url, key, retries: 0, timeoutMs: ASK_MS }).checks({ signal })
    return [readyCheck(url, ready), ...checks]
  } catch (error) {
    if (signal.aborted) throw error
    if (error instanceof TidingsUnreachable) return [isNamed ? unreached(url) : none(url)]
    if (!(error instanceof TidingsApiError)) return [strange(url, 'an older one')]
    const isLocked = error.status === 401 || error.status === 403
    return [isLocked ? locked(url, key !== null) : strange(url, `HTTP ${error.status}`)]
  }
}

const NAME = { check: 'service' }
const MORE = 'docs/cli.md#doctor'

function readyCheck(url: string, isReady: boolean): Check {
  if (isReady) return { ...NAME, state: 'ok', what: `The service at ${url} is ready.`, why: null, fix: [], more: null }
  const why = 'A load balancer that watches /readyz leads no calls to it.'
  const fix = ['See the other problems here.', `curl ${url}/readyz`]
  return {
    ...NAME,
    state: 'fail',
    what: `The service at ${url} is not ready.`,
    why,
    fix,
    more: 'docs/operations.md#probes',
  }
}

function none(url: string): Check {
  return { ...NAME, state: 'ok', what: `No service answers at ${url}.`, why: null, fix: [], more: null }
}

function unreached(url: string): Check {
  const why = 'TIDINGS_URL names it, so it is meant to run.'
  const fix = ['Start it, or set TIDINGS_URL to where it runs.', `curl ${url}/livez`]
  return { ...NAME, state: 'fail', what: `No service answers at ${url}.`, why, fix, more: MORE }
}

function locked(url: string, withKey: boolean): Check {
  const what = `The service at ${url} tells its state only to a key with the scope admin.`
  const why = withKey ? 'The key in TIDINGS_KEY is not one, or not of this service.' : 'TIDINGS_KEY is not set.'
  const fix = ['npx tidings keys create --name doctor --scope admin', 'Set TIDINGS_KEY to it, and run this again.']
  return { ...NAME, state: 'warn', what, why, fix, more: MORE }
}

function strange(url: string, how: string): Check {
  const what = `What answers at ${url} is not this Tidings (${how}).`
  const why = 'It can’t be asked how it is.'
  const fix = ['Set TIDINGS_URL to where the service runs.', `curl -i '${url}/readyz?verbose'`]
  return { ...NAME, state: 'fail', what, why, fix, more: MORE }
}
