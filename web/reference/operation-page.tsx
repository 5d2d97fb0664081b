import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { callOf, exampleOf, type Values } from './call.ts'
import type { Answer, Operation, Parameter } from './document.ts'
import { errorsOf } from './errors.ts'
import { Field, Fields } from './fields.tsx'
import { useReference } from './page.ts'
import { Samples } from './samples-view.tsx'
import { TryIt } from './try-it.tsx'
import { CopyButton, Words } from './words.tsx'

/** One operation: in words, in programs, and to be tried. */
export function OperationPage({ operation }: { readonly operation: Operation }): JSX.Element {
  const { document, origin, withKeys } = useReference()
  const [values, setValues] = useState<Values>(() => exampleOf(operation, document))
  const isSettled = useSettled()
  const call = callOf(operation, values, { origin, withKeys })
  return (
    <article class="operation">
      <Head operation={operation} />
      <div class="side">
        <Samples call={call} />
        <TryIt operation={operation} call={call} values={values} onChange={setValues} />
      </div>
      <div class="words">
        <Parameters title="In the path" parameters={operation.parameters.filter((one) => one.in === 'path')} />
        <Parameters title="In the query" parameters={operation.parameters.filter((one) => one.in === 'query')} />
        <Parameters title="Headers" parameters={operation.parameters.filter((one) => one.in === 'header')} />
        <Body operation={operation} />
        {isSettled && <Answered answer={operation.responses['200']} />}
        {isSettled && <Errors operation={operation} />}
      </div>
    </article>
  )
}

/** False until the first of the page has been drawn: what stands further down is not in its way. */
function useSettled(): boolean {
  const [isSettled, setSettled] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true))
    return () => clearTimeout(timer)
  }, [])
  return isSettled
}

function Head({ operation }: { readonly operation: Operation }): JSX.Element {
  const { origin, withKeys } = useReference()
  const { summary, description, method, path, scope } = operation
  return (
    <header>
      <h1>{summary}</h1>
      <p class="route">
        <span class="method">{method}</span> <code>{path}</code>{' '}
        <CopyButton text={`${origin}${path}`} label="Copy the address" />
      </p>
      {description !== summary && (
        <p class="lead">
          <Words text={description} />
        </p>
      )}
      <p class="scope">
        {scope === null ? (
          'Open to everybody.'
        ) : (
          <>
            {withKeys ? 'Needs a key with the scope ' : 'Where keys are asked for: one with the scope '}
            <code>{scope}</code>.
          </>
        )}
      </p>
    </header>
  )
}

function Parameters(props: { readonly title: string; readonly parameters: readonly Parameter[] }): JSX.Element | null {
  const { title, parameters } = props
  if (parameters.length === 0) return null
  return (
    <section>
      <h2>{title}</h2>
      <ul class="fields">
        {parameters.map(({ name, schema, required, description }) => (
          <Field
            key={name}
            name={name}
            schema={description === undefined ? schema : { ...schema, description }}
            isRequired={required === true}
            isAnswer={false}
          />
        ))}
      </ul>
    </section>
  )
}

function Body({ operation: { requestBody } }: { readonly operation: Operation }): JSX.Element | null {
  if (requestBody === undefined) return null
  return (
    <section>
      <h2>Body</h2>
      {Object.entries(requestBody.content).map(([type, { schema }]) => (
        <div key={type}>
          <p class="type">
            <code>{type}</code>
          </p>
          {schema !== undefined && <Fields schema={schema} isAnswer={false} />}
        </div>
      ))}
    </section>
  )
}

function Answered({ answer }: { readonly answer: Answer | undefined }): JSX.Element | null {
  if (answer === undefined) return null
  const headers = Object.entries(answer.headers ?? {})
  return (
    <section>
      <h2>Answer 200</h2>
      <p>
        <Words text={answer.description} />
      </p>
      {Object.entries(answer.content ?? {}).map(([type, { schema }]) => (
        <div key={type}>
          <p class="type">
            <code>{type}</code>
          </p>
          {schema !== undefined && <Fields schema={schema} isAnswer={true} />}
        </div>
      ))}
      <h3>Its headers</h3>
      <ul class="fields">
        {headers.map(([name, { description = '' }]) => (
          <li key={name}>
            <code class="name">{name}</code>
            <p>
              <Words text={description} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Errors({ operation }: { readonly operation: Operation }): JSX.Element {
  return (
    <section>
      <h2>Errors</h2>
      <ul class="errors">
        {errorsOf(operation).map(({ status, code, what }) => (
          <li key={code}>
            <span class="mono">{status}</span>
            <a href={`/errors/${code}`}>
              <code>{code}</code>
            </a>
            <span>
              <Words text={what} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
