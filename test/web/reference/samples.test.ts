import { beforeAll, describe, expect, test } from 'vitest'
import ts from 'typescript'
import { callOf, exampleOf, type Call } from '../../../web/reference/call.ts'
import type { Document, Operation } from '../../../web/reference/document.ts'
import { LANGUAGES, sampleOf } from '../../../web/reference/samples.ts'
import { operationsIn, readDocument } from './read-document.ts'

const ORIGIN = 'http://localhost:5000'

let document: Document
let operations: readonly Operation[]

beforeAll(async () => {
  document = await readDocument()
  operations = operationsIn(document)
})

function exampleCall(operationId: string, withKeys = false): Call {
  const operation = operations.find((one) => one.operationId === operationId)
  if (operation === undefined) throw new Error(`there is no ${operationId}`)
  return callOf(operation, exampleOf(operation, document), { origin: ORIGIN, withKeys })
}

describe('an SMS', () => {
  test('by curl', () => {
    expect(sampleOf(exampleCall('sendSms'), 'curl')).toBe(`curl http://localhost:5000/smss \\
  -H 'content-type: application/json' \\
  --data-binary '{
  "contact": "+201009129288",
  "subject": "Hello",
  "message": "Your code is 482913"
}'`)
  })

  test('in Node, with a key', () => {
    expect(sampleOf(exampleCall('sendSms', true), 'node')).toBe(
      `const response = await fetch('http://localhost:5000/smss', {
  method: 'POST',
  headers: {
    authorization: \`Bearer \${process.env.TIDINGS_KEY}\`,
    'content-type': 'application/json',
  },
  body: JSON.stringify({
    contact: '+201009129288',
    subject: 'Hello',
    message: 'Your code is 482913',
  }),
})
console.log(response.status, await response.text())`,
    )
  })

  test('by the client', () => {
    expect(sampleOf(exampleCall('sendSms', true), 'client')).toBe(`import { createTidings } from 'tidings-client'

const tidings = createTidings({ url: 'http://localhost:5000', key: process.env.TIDINGS_KEY })

console.log(await tidings.sms.send({
  contact: '+201009129288',
  subject: 'Hello',
  message: 'Your code is 482913',
}))`)
  })
})

test('a search stands in the address, as a parameter must be written', () => {
  expect(exampleCall('listSms').url).toBe('http://localhost:5000/smss?q=status%3Acaptured+last%3A24h&limit=20')
  expect(exampleCall('readClient').url).toBe('http://localhost:5000/clients/%2B201009129288?limit=20')
})

test('every operation has a sample in every language that needs no package', () => {
  expect(operations.length).toBeGreaterThan(50)
  for (const { operationId } of operations)
    for (const [language] of LANGUAGES.filter(([name]) => name !== 'client'))
      expect([operationId, sampleOf(exampleCall(operationId), language)]).toEqual([operationId, expect.any(String)])
})

test('what is written in JavaScript can be read as such', () => {
  for (const { operationId } of operations)
    for (const language of ['node', 'client'] as const) {
      const text = sampleOf(exampleCall(operationId, true), language)
      if (text === null) continue
      const { diagnostics } = ts.transpileModule(text, { reportDiagnostics: true, fileName: `${operationId}.mjs` })
      expect([operationId, language, diagnostics]).toEqual([operationId, language, []])
    }
})

test('no sample holds the reader’s key: it names the variable that does', () => {
  for (const [language] of LANGUAGES) expect(sampleOf(exampleCall('listKeys', true), language)).toMatch(/TIDINGS_KEY/)
})

test('an operation that is open to everybody is called without a key', () => {
  for (const [language] of LANGUAGES)
    expect(sampleOf(exampleCall('isAlive', true), language)).not.toMatch(/TIDINGS_KEY/)
})

test('what only browsers and providers call is no part of the client', () => {
  expect(sampleOf(exampleCall('readSession'), 'client')).toBeNull()
  expect(sampleOf(exampleCall('followInbox'), 'client')).toBeNull()
})

test('a stream is shown while it comes', () => {
  expect(sampleOf(exampleCall('followInbox'), 'curl')).toContain('curl -N ')
  expect(sampleOf(exampleCall('followInbox'), 'node')).toContain('for await (const part of response.body)')
})
