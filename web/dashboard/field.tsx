import type { ComponentChildren, JSX } from 'preact'

interface FieldProps {
  readonly name: string
  readonly label: string
  readonly value: string
  readonly onInput: (value: string) => void
  readonly isRequired?: boolean
  readonly placeholder?: string
  readonly children: ComponentChildren
}

/** A line to write, with what is to be known about it. */
export function Field({
  name,
  label,
  value,
  onInput,
  isRequired = false,
  placeholder = '',
  children,
}: FieldProps): JSX.Element {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        autocomplete="off"
        spellcheck={false}
        required={isRequired}
        placeholder={placeholder}
        aria-describedby={`${name}-help`}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <p class="help" id={`${name}-help`}>
        {children}
      </p>
    </div>
  )
}
