import { useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { whyOf } from './call.ts'

/** One thing after another that a person does here. */
export interface Act {
  /** What is being done; null: nothing. */
  readonly busy: string | null
  /** What to say of the last one. */
  readonly said: string | null
  readonly refusal: string | null
  /** `work` resolves with what to say of it; null: nothing. */
  readonly run: (name: string, work: () => Promise<string | null>) => void
}

export function useAct(): Act {
  const [busy, setBusy] = useState<string | null>(null)
  const [said, setSaid] = useState<string | null>(null)
  const [refusal, setRefusal] = useState<string | null>(null)
  const run = (name: string, work: () => Promise<string | null>): void => {
    setBusy(name)
    setSaid(null)
    setRefusal(null)
    work()
      .then(setSaid)
      .catch((error: unknown) => setRefusal(whyOf(error)))
      .finally(() => setBusy(null))
  }
  return { busy, said, refusal, run }
}

/** What came of it. */
export function Outcome({ act: { said, refusal } }: { readonly act: Act }): JSX.Element {
  return (
    <>
      <p class="outcome" role="status">
        {said}
      </p>
      {refusal !== null && (
        <p class="problem" role="alert">
          {refusal}
        </p>
      )}
    </>
  )
}
