import type { Group, Operation } from './document.ts'

/** The groups with what has every word of the query in it; those without any are left out. An empty query leaves all. */
export function found(groups: readonly Group[], query: string): readonly Group[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return groups
  return groups
    .map((group) => ({ ...group, operations: group.operations.filter((one) => hasAll(one, words)) }))
    .filter((group) => group.operations.length > 0)
}

function hasAll(operation: Operation, words: readonly string[]): boolean {
  const { method, path, summary, description, operationId, tag, parameters, scope } = operation
  const names = parameters.map(({ name }) => name)
  const text = [method, path, summary, description, operationId, tag, scope ?? 'open', ...names].join(' ').toLowerCase()
  return words.every((word) => text.includes(word))
}
