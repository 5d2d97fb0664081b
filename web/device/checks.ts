import type { DeviceSettings } from '../../src/contract/device.ts'
import type { Browser } from './browser.ts'
import type { State } from './device.ts'
import type { CheckName } from './problem.ts'

export interface Check {
  readonly name: CheckName
  readonly title: string
  readonly state: 'ok' | 'failed' | 'working' | 'open'
  readonly finding: string
}

const TITLES: Readonly<Record<CheckName, string>> = {
  secure: 'Secure page',
  worker: 'Service worker',
  permission: 'Permission',
  keys: 'Keys',
  registration: 'Registration',
}

/** The five of them, in the order in which each needs the ones before. */
export function checksOf(settings: DeviceSettings, browser: Browser, state: State): readonly Check[] {
  return [
    toCheck(
      'secure',
      state,
      browser.secure ? ['ok', secureFinding(browser)] : ['failed', `${browser.origin} is not secure`],
    ),
    toCheck('worker', state, workerResult(browser, state)),
    toCheck('permission', state, permissionResult(browser, state)),
    toCheck('keys', state, keysResult(settings)),
    toCheck('registration', state, registrationResult(settings, state)),
  ]
}

type Result = readonly [Check['state'], string]

/** What failed while registering outweighs what could be seen before. */
function toCheck(name: CheckName, { stage }: State, [state, finding]: Result): Check {
  const failed = stage.kind === 'failed' && stage.problem.check === name && state !== 'failed'
  return {
    name,
    title: TITLES[name],
    state: failed ? 'failed' : state,
    finding: failed ? stage.problem.title : finding,
  }
}

function secureFinding({ origin }: Browser): string {
  return origin.startsWith('https:') ? 'Served over HTTPS' : `${new URL(origin).hostname} counts as secure`
}

function workerResult({ missing, secure }: Browser, { workerRuns }: State): Result {
  if (!secure) return ['open', 'Not known before the page is secure']
  if (missing.length > 0) return ['failed', `This browser lacks ${missing.join(', ')}`]
  return workerRuns ? ['ok', 'Runs, and waits for pushes'] : ['open', 'Starts with the registration']
}

function permissionResult({ secure }: Browser, { permission }: State): Result {
  if (!secure || permission === null) return ['open', 'Not known yet']
  if (permission === 'granted') return ['ok', 'Notifications are allowed']
  if (permission === 'denied') return ['failed', 'Notifications are blocked']
  return ['open', 'Asked for when you press the button']
}

function keysResult({ faults, firebase, webPushKey }: DeviceSettings): Result {
  if (webPushKey !== null) return ['ok', 'Tidings signs its own pushes (Web Push)']
  if (firebase !== null) return ['ok', `Project ${firebase.projectId}`]
  const missing = faults.filter((fault) => fault.problem === 'missing')
  if (missing.length === 5) return ['failed', 'No Firebase project is set']
  return [
    'failed',
    faults.map(({ variable, problem }) => `${variable} ${problem === 'missing' ? 'is missing' : problem}`).join('; '),
  ]
}

function registrationResult({ registration, webPushKey }: DeviceSettings, { stage }: State): Result {
  const isOurs = webPushKey !== null
  if (stage.kind === 'registered' && isOurs) return ['ok', 'Tidings knows its subscription']
  if (stage.kind === 'registered')
    return ['ok', registration === 'fid' ? 'FCM knows this installation' : 'FCM gave it a token']
  const asked = isOurs ? 'Asking the browser’s push service' : 'Asking Google'
  return stage.kind === 'registering' ? ['working', asked] : ['open', 'Comes last']
}
