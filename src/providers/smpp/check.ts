import type { CheckStep } from '../../domain/provider.ts'
import { describeEnd, type Binds } from './binds.ts'
import type { LineState } from './line.ts'
import { bindReaction } from './outcomes.ts'
import type { Session, SessionEnd, SessionEvents } from './session-parts.ts'
import { statusName } from './statuses.ts'

export interface CheckOptions {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  readonly binds: number
}

export interface CheckParts {
  readonly binds: Binds
  readonly open: (events: SessionEvents) => Session
  readonly monotonic: () => number
  readonly after: (ms: number, run: () => void) => () => void
}

/** For somebody to hand out binds: a service that has just started does so within a second. */
const HAND_OUT_MS = 3_000

/** To connect and to bind, each of which ends by itself. */
const SETTLE_MS = 25_000
const LOOK_MS = 50

/** What a node sees of the account: by the binds that it holds, else by one of its own. Where other nodes hold them all it opens none. */
export async function* checkSmpp(
  options: CheckOptions,
  parts: CheckParts,
  signal: AbortSignal,
): AsyncGenerator<CheckStep, void> {
  const { binds } = parts
  await waitUntil(parts, HAND_OUT_MS, signal, () => binds.isShared())
  if (!binds.isShared()) {
    yield* stepsOf(options, await tryOne(parts, signal))
    return
  }
  await waitUntil(parts, SETTLE_MS, signal, () => binds.states().every(({ kind }) => kind !== 'opening'))
  const states = binds.states()
  if (states.length === 0) {
    yield fine('bind', 'Other nodes hold all binds of the account.')
    return
  }
  const bound = states.filter(({ kind }) => kind === 'bound').length
  const ended = states.flatMap(endOf)[0] ?? null
  if (bound === 0 && ended === null) {
    const fix = 'Look again in a minute.'
    yield { name: 'bind', ok: false, detail: `${placeOf(options)} has answered no bind yet.`, fix }
    return
  }
  if (bound === 0 || (ended !== null && isRefusal(ended))) yield* stepsOf(options, ended)
  else yield* [...reached(options), fine('bind', `${bound} of ${states.length} sessions of this node are bound.`)]
}

function endOf(state: LineState): readonly SessionEnd[] {
  return state.kind === 'waiting' ? [state.end] : []
}

function isRefusal(end: SessionEnd): boolean {
  return end.kind === 'refused' && bindReaction(end.status) === 'refused'
}

/** Null: it was bound. */
function tryOne({ open }: CheckParts, signal: AbortSignal): Promise<SessionEnd | null> {
  return new Promise((resolve) => {
    let bound = false
    const session = open({
      onBound() {
        bound = true
        session.leave('told')
      },
      onRoom: () => undefined,
      onLeaving: () => undefined,
      onEnd(end) {
        signal.removeEventListener('abort', stop)
        resolve(bound ? null : end)
      },
    })
    const stop = (): void => session.destroy()
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop)
  })
}

function* stepsOf(options: CheckOptions, end: SessionEnd | null): Generator<CheckStep, void> {
  if (end === null) {
    yield* [...reached(options), fine('bind', 'The account binds.')]
    return
  }
  const place = placeOf(options)
  if (end.kind !== 'unreached') {
    yield* reached(options)
    yield bindStep(options, end)
    return
  }
  if (end.reason === 'tls_failed') {
    yield fine('reachable', `${place} answers.`)
    const fix =
      'Compare the name in SMPP_URL with the certificate’s, or say it with `tls_name`; write smpp:// if this port speaks no TLS.'
    yield { name: 'tls', ok: false, detail: `No safe connection to ${place}: ${end.code ?? 'TLS broke off'}.`, fix }
    return
  }
  if (end.reason !== 'bind_timeout') {
    const fix = `Let this machine reach ${place} over TCP; compare host and port in SMPP_URL with what the provider gave you.`
    yield { name: 'reachable', ok: false, detail: `No connection to ${place}: ${describeEnd(end)}.`, fix }
    return
  }
  yield* reached(options)
  const fix =
    'Ask whether this port speaks SMPP with or without TLS, and whether the provider knows this machine’s address.'
  yield { name: 'bind', ok: false, detail: `${place} takes connections, but answers no bind.`, fix }
}

function bindStep({ binds }: CheckOptions, end: Exclude<SessionEnd, { kind: 'unreached' }>): CheckStep {
  if (end.kind === 'ended') {
    const fix = 'Ask the provider whether it knows this machine’s address, and this way to bind (`bind` in SMPP_URL).'
    return { name: 'bind', ok: false, detail: `No bind is up: ${describeEnd(end)}.`, fix }
  }
  const status = statusName(end.status)
  switch (bindReaction(end.status)) {
    case 'taken': {
      const fix = `Lower \`binds=${binds}\` in SMPP_URL to what the account has, or end other sessions of it.`
      return { name: 'bind', ok: false, detail: `All binds of the account are in use (${status}).`, fix }
    }
    case 'refused': {
      const fix = 'Compare system_id, password, `system_type` and `bind` in SMPP_URL with what the provider gave you.'
      return { name: 'bind', ok: false, detail: `The account is refused (${status}).`, fix }
    }
    case 'again':
      return {
        name: 'bind',
        ok: false,
        detail: `The bind is refused for now (${status}).`,
        fix: 'Wait; if it lasts, ask the provider.',
      }
  }
}

function reached(options: CheckOptions): readonly CheckStep[] {
  const tls = options.tls ? [fine('tls', 'Its certificate is accepted.')] : []
  return [fine('reachable', `${placeOf(options)} answers.`), ...tls]
}

function placeOf({ host, port }: CheckOptions): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function fine(name: string, detail: string): CheckStep {
  return { name, ok: true, detail, fix: null }
}

async function waitUntil(
  { monotonic, after }: CheckParts,
  mostMs: number,
  signal: AbortSignal,
  isSo: () => boolean,
): Promise<void> {
  const deadline = monotonic() + mostMs
  while (!isSo() && !signal.aborted && monotonic() < deadline)
    await new Promise<void>((resolve) => void after(LOOK_MS, resolve))
}
