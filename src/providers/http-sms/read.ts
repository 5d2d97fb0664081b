import { Value } from 'typebox/value'
import { readUrl } from '../../domain/url.ts'
import { field } from '../http-answers.ts'
import { faultsOf, type HttpSmsFault, type SchemaError } from './faults.ts'
import type { Place } from './places.ts'
import { readInboundRules, readProof, readReceiptRules } from './read-callbacks.ts'
import { readRequest } from './read-request.ts'
import { createReading, type Reading } from './reading.ts'
import { HTTP_SMS_SCHEMA, type HttpSmsFile } from './schema.ts'
import type { AnswerRules, FailureRule, HttpSmsSettings } from './settings.ts'

export type HttpSmsReading = { readonly settings: HttpSmsSettings } | { readonly faults: readonly HttpSmsFault[] }

/** Submissions under way at once on one node, unless the file says otherwise. */
const WINDOW = 10
const TIMEOUT_SECONDS = 15

/**
 * Pure: a provider's file, parsed from JSON, with its secrets from `env` (null: not set). All its faults at once. `variables` are those
 * that the file names, whether it is right or not.
 */
export function readHttpSms(
  json: unknown,
  env: (name: string) => string | null,
): HttpSmsReading & { readonly variables: readonly string[] } {
  if (!Value.Check(HTTP_SMS_SCHEMA, json)) {
    return { faults: faultsOf(errorsOf(json)), variables: [] }
  }
  const reading = createReading(env, json.sender ?? null)
  const settings = toSettings(json, reading)
  const [faults, variables] = [reading.faults(), reading.variables()]
  return faults.length > 0 ? { faults, variables } : { settings, variables }
}

/** Part by part, too: of one value only the first few errors are told. */
function errorsOf(json: unknown): readonly SchemaError[] {
  const parts = Object.entries(HTTP_SMS_SCHEMA.properties).flatMap(([name, schema]) => {
    const value = field(json, name)
    if (value === undefined) return []
    return Value.Errors(schema, value).map((error) => ({ ...error, instancePath: `/${name}${error.instancePath}` }))
  })
  return [...Value.Errors(HTTP_SMS_SCHEMA, json), ...parts]
}

function toSettings(file: HttpSmsFile, reading: Reading): HttpSmsSettings {
  if (file.check !== undefined && !/^https?:$/.test(readUrl(file.check.url)?.protocol ?? '')) {
    reading.fault('check.url', 'is no URL of http or https', 'Write it like https://sms.example/balance.')
  }
  return {
    sender: file.sender ?? null,
    window: file.window ?? WINDOW,
    timeoutMs: (file.timeout_seconds ?? TIMEOUT_SECONDS) * 1_000,
    request: readRequest(file.request, reading),
    answer: readAnswer(file.answer, reading),
    proof: readProof(file, reading),
    receipts: readReceiptRules(file.receipts, reading),
    inbound: readInboundRules(file.inbound, reading),
    check: file.check === undefined ? null : { url: file.check.url, statuses: file.check.statuses ?? null },
  }
}

function readAnswer(answer: HttpSmsFile['answer'], reading: Reading): AnswerRules {
  const { accepted = {}, failures = [] } = answer
  if (accepted.codes !== undefined && answer.code === undefined) {
    reading.fault('answer.code', 'is missing, while accepted.codes is set', 'Say where the code stands.')
  }
  return {
    id: toPlace(answer.id),
    code: toPlace(answer.code),
    acceptedStatuses: accepted.statuses ?? null,
    acceptedCodes: accepted.codes ?? null,
    failures: failures.map((rule, index) => toRule(rule, `answer.failures.${index}`, answer, reading)),
  }
}

function toRule(
  rule: NonNullable<HttpSmsFile['answer']['failures']>[number],
  path: string,
  answer: HttpSmsFile['answer'],
  reading: Reading,
): FailureRule {
  if (rule.statuses === undefined && rule.codes === undefined) {
    reading.fault(path, 'would hold for every answer', 'Set statuses, codes or both.')
  }
  if (rule.codes !== undefined && answer.code === undefined) {
    reading.fault('answer.code', `is missing, while ${path}.codes is set`, 'Say where the code stands.')
  }
  return {
    statuses: rule.statuses ?? null,
    codes: rule.codes ?? null,
    class: rule.class,
    reason: rule.reason,
    waitsMs: rule.waits_seconds?.map((seconds) => Math.round(seconds * 1_000)) ?? null,
  }
}

function toPlace(place: HttpSmsFile['answer']['id']): Place | null {
  if (place === undefined) return null
  if (typeof place === 'string') return { kind: 'path', path: place }
  return { kind: 'between', after: place.after, before: place.before ?? null }
}
