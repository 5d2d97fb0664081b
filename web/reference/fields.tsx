import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { nameOf, resolve, type Document, type Schema } from './document.ts'
import { limitWords, typeWords } from './limits.ts'
import { useReference } from './page.ts'
import { Words } from './words.tsx'

/** The fields of a body or an answer; of one of several, each below its name. */
export function Fields(props: { readonly schema: Schema; readonly isAnswer: boolean }): JSX.Element | null {
  const { document } = useReference()
  const { schema: unresolved, isAnswer } = props
  const schema = resolve(unresolved, document)
  if (schema.oneOf !== undefined)
    return (
      <>
        {schema.oneOf.map((one, index) => (
          <div key={index}>
            <p class="one-of">
              {index === 0 ? 'Either' : 'or'} <code>{nameOf(one) ?? typeWords(one, document)}</code>
            </p>
            <Fields schema={one} isAnswer={isAnswer} />
          </div>
        ))}
      </>
    )
  return (
    <>
      {schema.description !== undefined && (
        <p>
          <Words text={schema.description} />
        </p>
      )}
      <Members schema={schema} isAnswer={isAnswer} />
    </>
  )
}

/** A name, what may be there, and on demand what is in it. */
export function Field(props: {
  readonly name: string
  readonly schema: Schema
  readonly isRequired: boolean
  /** Of what comes back it does not matter to whoever calls which fields must be there. */
  readonly isAnswer: boolean
}): JSX.Element {
  const { document } = useReference()
  const { name, isRequired, isAnswer } = props
  const schema = resolve(props.schema, document)
  const inner = innerOf(schema, document)
  return (
    <li>
      <code class="name">{name}</code>{' '}
      <span class="kind">
        <Words text={[typeWords(props.schema, document), ...limitWords(schema)].join(' · ')} />
      </span>
      {isRequired && !isAnswer && <span class="required">required</span>}
      {schema.description !== undefined && (
        <p>
          <Words text={schema.description} />
        </p>
      )}
      {schema.enum !== undefined && schema.enum.length > 1 && (
        <p class="words-of">
          {schema.enum.map((word) => (
            <code key={String(word)}>{String(word)}</code>
          ))}
        </p>
      )}
      {inner !== null && <Inner name={name} schema={inner} isAnswer={isAnswer} />}
    </li>
  )
}

interface InnerProps {
  readonly name: string
  readonly schema: Schema
  readonly isAnswer: boolean
}

/** Drawn when it is opened: a schema may hold itself. */
function Inner({ name, schema, isAnswer }: InnerProps): JSX.Element {
  const [isOpen, setOpen] = useState(false)
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        What is in <code>{name}</code>
      </summary>
      {isOpen && <Fields schema={schema} isAnswer={isAnswer} />}
    </details>
  )
}

function Members({ schema, isAnswer }: Pick<InnerProps, 'schema' | 'isAnswer'>): JSX.Element | null {
  const members = Object.entries(schema.properties ?? {})
  if (members.length === 0) return null
  const required = new Set([...(schema.required ?? []), ...(schema.else?.required ?? [])])
  return (
    <ul class="fields">
      {members.map(([name, member]) => (
        <Field
          key={name}
          name={name}
          schema={typeof member === 'object' ? member : {}}
          isRequired={required.has(name)}
          isAnswer={isAnswer}
        />
      ))}
    </ul>
  )
}

/** The object in a field: itself, each of a list, or each value of a map. Null: there is none. */
function innerOf(schema: Schema, document: Document): Schema | null {
  if (schema.oneOf !== undefined || schema.properties !== undefined) return schema
  const { items, additionalProperties } = schema
  const each = items ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
  if (each === undefined) return null
  const inner = resolve(each, document)
  return inner.properties !== undefined || inner.oneOf !== undefined ? each : null
}
