import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { AnswerView } from './answer-view.tsx'
import { attempt, type Attempt } from './attempt.ts'
import { bodyType, keyOf, type Call, type Values } from './call.ts'
import type { Operation, Parameter } from './document.ts'
import { goesOut } from './live.ts'
import { useReference } from './page.ts'

interface TryItProps {
  readonly operation: Operation
  readonly call: Call
  readonly values: Values
  readonly onChange: (values: Values) => void
}

/** The call itself, with what the reader puts in, made from here. */
export function TryIt({ operation, call, values, onChange }: TryItProps): JSX.Element {
  const [made, make, stop] = useAttempt(call)
  const isBusy = made.kind === 'under way' || (made.kind === 'answered' && made.isOpen)
  const submit = (event: Event): void => {
    event.preventDefault()
    make()
  }
  const set = (key: string, value: string): void =>
    onChange({ ...values, parameters: { ...values.parameters, [key]: value } })
  const type = bodyType(operation)
  return (
    <section class="try" aria-labelledby="try">
      <h2 id="try">Try it</h2>
      <Warning operation={operation} />
      <form onSubmit={submit}>
        {operation.scope !== null && <KeyField />}
        {operation.parameters.map((parameter) => (
          <ParameterField
            key={keyOf(parameter)}
            parameter={parameter}
            value={values.parameters[keyOf(parameter)] ?? ''}
            onInput={(value) => set(keyOf(parameter), value)}
          />
        ))}
        {type !== null && (
          <label>
            <span>Body</span>
            <textarea
              class="mono"
              spellcheck={false}
              rows={Math.min(18, Math.max(4, values.body.split('\n').length))}
              value={values.body}
              onInput={(event) => onChange({ ...values, body: event.currentTarget.value })}
            />
          </label>
        )}
        <div class="buttons">
          <button type="submit" class="button primary" disabled={isBusy}>
            {operation.method} {operation.path}
          </button>
          {isBusy && (
            <button type="button" class="button" onClick={stop}>
              Stop
            </button>
          )}
        </div>
      </form>
      <AnswerView attempt={made} />
    </section>
  )
}

/** What looks like a try must not send anything to a stranger. */
function Warning({ operation }: { readonly operation: Operation }): JSX.Element | null {
  const { live } = useReference()
  if (!goesOut(operation, live)) return null
  return <p class="warning">This is live: what you send here goes out, and costs what it costs.</p>
}

function KeyField(): JSX.Element | null {
  const { key, withKeys } = useReference()
  if (!withKeys) return null
  return (
    <label>
      <span>API key</span>
      <input
        type="password"
        autocomplete="off"
        spellcheck={false}
        placeholder="tidings_live_…"
        value={key.value}
        aria-describedby="key-help"
        onInput={(event) => (key.value = event.currentTarget.value)}
      />
      <span class="help" id="key-help">
        Kept by this page alone, until it is closed. Empty: whoever is signed in on the dashboard.
      </span>
    </label>
  )
}

function ParameterField(props: {
  readonly parameter: Parameter
  readonly value: string
  readonly onInput: (value: string) => void
}): JSX.Element {
  const { parameter, value, onInput } = props
  const { name, schema, required } = parameter
  return (
    <label>
      <span>
        {name} {required === true && <span class="required">required</span>}
      </span>
      {schema.enum === undefined ? (
        <input
          class="mono"
          spellcheck={false}
          autocomplete="off"
          required={required === true}
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      ) : (
        <select value={value} onChange={(event) => onInput(event.currentTarget.value)}>
          {required !== true && <option value="">–</option>}
          {schema.enum.map((word) => (
            <option key={String(word)}>{String(word)}</option>
          ))}
        </select>
      )}
    </label>
  )
}

/** What came of the last call, and the functions that make one and end it. */
function useAttempt(call: Call): readonly [Attempt, () => void, () => void] {
  const { key, fetch, now, withKeys } = useReference()
  const [made, setMade] = useState<Attempt>({ kind: 'none' })
  const running = useRef<AbortController | null>(null)
  const stop = (): void => running.current?.abort()
  useEffect(() => stop, [])
  const make = (): void => {
    stop()
    const controller = new AbortController()
    running.current = controller
    void attempt(call, withKeys ? key.value : '', { fetch, now }, controller.signal, (told) => {
      if (running.current === controller) setMade(told)
    })
  }
  return [made, make, stop]
}
