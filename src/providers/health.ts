import { createCircuit, type Circuit, type CircuitState, type Sign } from './circuit.ts'

/** One way that is not as it should be. */
export interface Standing {
  readonly provider: string
  /** ISO 3166-1 alpha-2; null: the whole provider. */
  readonly country: string | null
  readonly state: Exclude<CircuitState, 'closed'>
  /** Until something is let through again; 0 unless it is open. */
  readonly waitMs: number
}

export interface HealthParts {
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  /** 0 ≤ x < 1 */
  readonly chance: () => number
  /** Once for each change. `waitMs`: with `open`, until something is let through again. */
  readonly onChange: (provider: string, country: string | null, state: CircuitState, waitMs: number) => void
}

/**
 * How each provider does, as a whole and country by country, as far as this node sees. A country that a number has none of counts for the
 * whole provider alone.
 */
export interface Health {
  /** Whether a message that is being accepted should go this way; counts it when it should. */
  welcomes(provider: string, country: string | null): boolean
  /** Whether nothing is let through at all. */
  isShut(provider: string, country: string | null): boolean
  /** Whether one that waits for this way may be submitted now; counts it when it may. */
  admits(provider: string, country: string | null): boolean
  /** A submission begins; call what comes back once, with what it told. */
  begin(provider: string, country: string | null): (sign: Sign) => void
  /** What a receipt told of the route to a country. */
  reported(provider: string, country: string | null, sign: Sign): void
  /** Everything that is not closed, by provider and country. */
  standing(): readonly Standing[]
}

export function createHealth({ now, chance, onChange }: HealthParts): Health {
  const circuits = new Map<
    string,
    { readonly provider: string; readonly country: string | null; readonly circuit: Circuit }
  >()

  function circuitOf(provider: string, country: string | null): Circuit {
    const key = `${provider}\n${country ?? ''}`
    const known = circuits.get(key)
    if (known !== undefined) return known.circuit
    const circuit = createCircuit({
      now,
      chance,
      onChange: (state, waitMs) => onChange(provider, country, state, waitMs),
    })
    circuits.set(key, { provider, country, circuit })
    return circuit
  }

  function both(provider: string, country: string | null): readonly Circuit[] {
    const whole = circuitOf(provider, null)
    return country === null ? [whole] : [whole, circuitOf(provider, country)]
  }

  return {
    welcomes(provider, country) {
      const ways = both(provider, country)
      const draw = chance()
      if (!ways.every((circuit) => circuit.welcomes(draw))) return false
      for (const circuit of ways) circuit.chosen()
      return true
    },
    isShut: (provider, country) => both(provider, country).some((circuit) => circuit.state() === 'open'),
    admits(provider, country) {
      const ways = both(provider, country)
      if (!ways.every((circuit) => circuit.admits())) return false
      for (const circuit of ways) circuit.admitted()
      return true
    },
    begin(provider, country) {
      const [whole, ...others] = both(provider, country).map((circuit) => circuit.begin())
      return (sign) => {
        whole?.(sign)
        // Of a country by itself it tells no more than any other fault.
        for (const end of others) end(sign === 'shut' ? 'fault' : sign)
      }
    },
    reported: (provider, country, sign) => circuitOf(provider, country).reported(sign),
    standing: () =>
      [...circuits.values()].flatMap(({ provider, country, circuit }) => {
        const state = circuit.state()
        return state === 'closed' ? [] : [{ provider, country, state, waitMs: circuit.waitMs() }]
      }),
  }
}
