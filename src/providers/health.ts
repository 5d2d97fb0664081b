import { createCircuit, type Circuit, type CircuitState, type Sign } from './circuit.ts'

/** A way that messages go. */
export interface Way {
  readonly provider: string
  /** ISO 3166-1 alpha-2; null: the number belongs to no single one. */
  readonly country: string | null
  /** What it goes out with there; null: the provider's configured one. */
  readonly sender: string | null
}

/** What an answer tells of a way. `sender-shut`: the provider refuses everything that goes out with this sender, and nothing else. */
export type WaySign = Sign | 'sender-shut'

/** One way that is not as it should be. */
export interface Standing {
  readonly provider: string
  /** Null: the whole provider, or one sender of it. */
  readonly country: string | null
  /** The one sender that is held; its name is empty where it is the provider's configured one. Null: whatever goes out with. */
  readonly sender: string | null
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
  readonly onChange: (
    of: Pick<Standing, 'provider' | 'country' | 'sender'>,
    state: CircuitState,
    waitMs: number,
  ) => void
}

/**
 * How each provider does, as a whole, country by country, and sender by sender where it refuses one, as far as this node sees. A country
 * that a number has none of counts for the whole provider alone.
 */
export interface Health {
  /** Whether a message that is being accepted should go this way. Changes nothing. */
  welcomes(way: Way): boolean
  /** It goes this way: its share is used. Call what comes back where it does not after all. */
  take(way: Way): () => void
  /** Whether nothing is let through at all. */
  isShut(way: Way): boolean
  /** Whether one that waits for this way may be submitted now; counts it when it may. */
  admits(way: Way): boolean
  /** A submission begins; call what comes back once, with what it told. */
  begin(way: Way): (sign: WaySign) => void
  /** What a receipt told of the route to a country, of a sender, or (`shut`) of the whole provider. */
  reported(way: Way, sign: WaySign): void
  /** Everything that is not closed, by provider, country and sender. */
  standing(): readonly Standing[]
}

/** Senders that are held, or were; beyond it the oldest is forgotten. */
const MOST_SENDERS = 1_000

interface Kept {
  readonly of: Pick<Standing, 'provider' | 'country' | 'sender'>
  readonly circuit: Circuit
}

export function createHealth({ now, chance, onChange }: HealthParts): Health {
  const ways = new Map<string, Kept>()
  const senders = new Map<string, Kept>()

  function make(of: Kept['of']): Kept {
    const circuit = createCircuit({ now, chance, onChange: (state, waitMs) => onChange(of, state, waitMs) })
    return { of, circuit }
  }

  function circuitOf(provider: string, country: string | null): Circuit {
    const key = `${provider}\n${country ?? ''}`
    const known = ways.get(key) ?? make({ provider, country, sender: null })
    ways.set(key, known)
    return known.circuit
  }

  /** One that was never held has none. */
  function senderOf({ provider, sender }: Way): Circuit | null {
    return senders.size === 0 ? null : (senders.get(keyOf(provider, sender))?.circuit ?? null)
  }

  function shutSender(way: Way): void {
    const { provider, sender } = way
    const kept = make({ provider, country: null, sender: sender ?? '' })
    senders.set(keyOf(provider, sender), kept)
    if (senders.size > MOST_SENDERS) for (const key of [...senders.keys()].slice(0, 1)) senders.delete(key)
    kept.circuit.begin()('shut')
  }

  function all(way: Way): readonly Circuit[] {
    const { provider, country } = way
    const sender = senderOf(way)
    const whole = circuitOf(provider, null)
    return [whole, ...(country === null ? [] : [circuitOf(provider, country)]), ...(sender === null ? [] : [sender])]
  }

  return {
    welcomes(way) {
      const draw = chance()
      return all(way).every((circuit) => circuit.welcomes(draw))
    },
    take(way) {
      const undo = all(way).map((circuit) => circuit.chosen())
      return () => undo.forEach((one) => one())
    },
    isShut: (way) => all(way).some((circuit) => circuit.state() === 'open'),
    admits(way) {
      const circuits = all(way)
      if (!circuits.every((circuit) => circuit.admits())) return false
      for (const circuit of circuits) circuit.admitted()
      return true
    },
    begin(way) {
      const { provider, country } = way
      const whole = circuitOf(provider, null).begin()
      const ofCountry = country === null ? null : circuitOf(provider, country).begin()
      const ofSender = senderOf(way)?.begin() ?? null
      return (sign) => {
        whole(sign === 'sender-shut' ? 'nothing' : sign)
        ofCountry?.(ofCountryAlone(sign))
        if (ofSender !== null) ofSender(ofSenderAlone(sign))
        else if (sign === 'sender-shut' && senderOf(way) === null) shutSender(way)
      }
    },
    reported(way, sign) {
      if (sign === 'sender-shut') {
        const known = senderOf(way)
        return known === null ? shutSender(way) : known.reported('shut')
      }
      circuitOf(way.provider, sign === 'shut' ? null : way.country).reported(sign)
    },
    standing: () =>
      [...ways.values(), ...senders.values()].flatMap(({ of, circuit }) => {
        const state = circuit.state()
        return state === 'closed' ? [] : [{ ...of, state, waitMs: circuit.waitMs() }]
      }),
  }
}

function keyOf(provider: string, sender: string | null): string {
  return `${provider}\n${sender ?? ''}`
}

/** Of a country by itself a refusal of the account tells no more than any other fault. */
function ofCountryAlone(sign: WaySign): Sign {
  if (sign === 'shut') return 'fault'
  return sign === 'sender-shut' ? 'nothing' : sign
}

/** Only what is taken with it, or refused for it, tells something of a sender. */
function ofSenderAlone(sign: WaySign): Sign {
  if (sign === 'sender-shut') return 'shut'
  return sign === 'well' ? 'well' : 'nothing'
}
