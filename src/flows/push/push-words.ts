import type { Caller } from '../../domain/caller.ts'
import { TidingsError } from '../../domain/errors.ts'
import { topicProblem } from '../../domain/permissions.ts'
import { isCondition, parseCondition, parseTopic } from '../../domain/push/push-topics.ts'
import type { PushCall, PushInput, Targets } from './push-call.ts'
import type { PushWords, TemplateWords } from '../templates/template-words.ts'

export type PushTemplates = Pick<TemplateWords, 'push' | 'wordings'>

/** A call's own words, its template's, or none where nothing is to be shown. Throws TidingsError. */
export async function withWords(templates: PushTemplates, call: PushCall, kind: Targets['kind']): Promise<PushInput> {
  if (hasWords(call)) return call
  if (call.data_only !== true) return fill(templates, call, kind)
  if (call.template === undefined) return { ...call, title: call.title ?? '', body: call.body ?? '' }
  const message = 'With data_only nothing is shown: leave it out'
  throw new TidingsError('invalid_request', `template: ${message}`, { details: [{ path: 'template', message }] })
}

function hasWords(call: PushCall): call is PushInput {
  return call.template === undefined && call.title !== undefined && call.body !== undefined
}

/** Throws TidingsError: it would look as if nothing were sent, and be sent. */
export function refuseLoneValidation({ dry_run: dryRun, validate_only: validateOnly }: PushCall): void {
  if (validateOnly !== true || dryRun === true) return
  const message = 'It asks FCM without sending: it stands beside "dry_run": true'
  throw new TidingsError('invalid_request', `validate_only: ${message}`, {
    details: [{ path: 'validate_only', message, suggestion: 'dry_run' }],
  })
}

/** A link or picture of the call's own wins over the template's, as does its locale over those of the devices. */
async function fill(templates: PushTemplates, call: PushCall, kind: Targets['kind']): Promise<PushInput> {
  const { template, ...options } = call
  if (template === undefined) throw new Error('a call without words or template was let through')
  if (kind === 'topic' || template.locale !== undefined) return { ...(await templates.push(template)), ...options }
  const wordings = await templates.wordings(template)
  const own = (locale: string): PushWords => ({ ...wordings.words(locale), ...addressesOf(options) })
  return { ...own(wordings.usual), ...options, wordings: { ...wordings, words: own } }
}

function addressesOf({ link, image }: PushCall): Partial<PushWords> {
  return { ...(link === undefined ? {} : { link }), ...(image === undefined ? {} : { image }) }
}

/** A topic's bare name, or a condition as it was written. Throws TidingsError where it is none, or not this caller's. */
export function topicName(text: string, caller: Caller): string {
  const name = isCondition(text) ? conditionText(text) : parseTopic(text)
  const problem = name === null ? null : topicProblem(caller, name)
  if (problem !== null) throw problem
  if (name !== null) return name
  const message = 'A topic is made of letters, digits and - _ . ~ %'
  throw new TidingsError('invalid_request', `topic: ${message}`, { details: [{ path: 'topic', message }] })
}

/** A condition as it was written. Throws TidingsError where it can't be read. */
export function conditionText(text: string): string {
  const condition = parseCondition(text)
  if ('topics' in condition) return text
  const { path, message } = condition
  throw new TidingsError('invalid_request', `${path}: ${message}`, { details: [condition] })
}
