import type { Operation } from './document.ts'

export interface OperationError {
  /** `400` */
  readonly status: string
  /** `invalid_contact` */
  readonly code: string
  readonly what: string
}

/** Every code an operation can be refused with: they stand in the descriptions of its answers, each before its sentence. */
export function errorsOf({ responses }: Pick<Operation, 'responses'>): readonly OperationError[] {
  return Object.entries(responses)
    .filter(([status]) => status >= '400')
    .flatMap(([status, { description }]) =>
      [...description.matchAll(/`([a-z_]+)`: (.*?)(?= `[a-z_]+`: |$)/gs)].map(([, code = '', what = '']) => ({
        status,
        code,
        what,
      })),
    )
}
