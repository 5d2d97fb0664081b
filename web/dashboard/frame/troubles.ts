/** Something of the service that somebody should know of. */
export interface Trouble {
  /** In two or three words: `Rule alarm`. */
  readonly word: string
  /** In a sentence. */
  readonly detail: string
}

/** Long enough for a service that is busy. */
const TIMEOUT_MS = 10_000

/** The warnings of `/readyz`, or why it is not ready; each kind once. None where it does not answer: the page itself says that. */
export async function troublesOf(fetch: typeof globalThis.fetch): Promise<readonly Trouble[]> {
  try {
    const response = await fetch('/readyz', { signal: AbortSignal.timeout(TIMEOUT_MS) })
    return readTroubles(await response.json())
  } catch {
    return []
  }
}

/** Of what `/readyz` answers, either way. */
export function readTroubles(answer: unknown): readonly Trouble[] {
  if (typeof answer !== 'object' || answer === null) return []
  if ('success' in answer && answer.success === false) {
    return 'message' in answer ? [{ word: 'Not ready', detail: String(answer.message) }] : []
  }
  const warnings = 'warnings' in answer && Array.isArray(answer.warnings) ? answer.warnings.filter(isWarning) : []
  const words = new Map<string, Trouble>()
  for (const { name, detail } of warnings) {
    const word = WORDS[name] ?? 'Provider in trouble'
    const before = words.get(word)
    words.set(word, { word, detail: before === undefined ? detail : `${before.detail} ${detail}` })
  }
  return [...words.values()]
}

/** Other names begin with a provider's. */
const WORDS: Readonly<Record<string, string>> = {
  rules: 'Rule alarm',
  routes: 'Route in trouble',
  paused: 'Sending paused',
}

interface Warning {
  readonly name: string
  readonly detail: string
}

function isWarning(warning: unknown): warning is Warning {
  return (
    typeof warning === 'object' &&
    warning !== null &&
    'name' in warning &&
    typeof warning.name === 'string' &&
    'detail' in warning &&
    typeof warning.detail === 'string'
  )
}
