/**
 * Runs what takes a signal: that is aborted with the first of `signals`, for the same reason, and after `limitMs` by a TimeoutError. On Node 20
 * this can't be left to `AbortSignal.any` with an `AbortSignal.timeout`: once garbage was collected the joined one is never aborted.
 */
export async function within<Result>(
  limitMs: number,
  signals: readonly AbortSignal[],
  run: (limited: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const limited = new AbortController()
  const stop = (): void => limited.abort(signals.find(({ aborted }) => aborted)?.reason)
  const timer = setTimeout(() => limited.abort(timedOut(limitMs)), limitMs)
  for (const signal of signals) signal.addEventListener('abort', stop)
  if (signals.some(({ aborted }) => aborted)) stop()
  try {
    return await run(limited.signal)
  } finally {
    clearTimeout(timer)
    for (const signal of signals) signal.removeEventListener('abort', stop)
  }
}

function timedOut(limitMs: number): DOMException {
  return new DOMException(`nothing came within ${limitMs / 1_000} s`, 'TimeoutError')
}
