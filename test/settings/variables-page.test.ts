import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { configurationPage } from '../../src/settings/variables-page.ts'
import { valueProblem } from '../../src/settings/variable-kinds.ts'
import { VARIABLES } from '../../src/settings/variables.ts'

test('docs/configuration.md is what the program reads', () => {
  expect(readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')).toBe(configurationPage())
})

test.each(VARIABLES.map((variable) => [variable.name, variable] as const))(
  'the example and the default of %s are values it takes',
  (_, variable) => {
    expect(valueProblem(variable.kind, variable.example)).toBeNull()
    if (variable.fallback !== null) expect(valueProblem(variable.kind, variable.fallback)).toBeNull()
  },
)
