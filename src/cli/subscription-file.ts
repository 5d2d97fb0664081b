import { readFileSync } from 'node:fs'
import type { Schema } from '../client/tidings.ts'
import { CliRefusal } from './command.ts'

type Subscription = Schema<'WebSubscriptionRequest'>['subscription']

/** What a browser gave to its page, of a file; `-`: of the standard input. Never an argument: whoever knows it can send to that browser. */
export function readSubscription(file: string): Subscription {
  const value = parse(textOf(file), file)
  if (typeof value === 'object' && value !== null && 'endpoint' in value && 'keys' in value)
    return value as Subscription
  throw new CliRefusal(`${file} is no subscription: it has an endpoint and keys.`)
}

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch {
    throw new CliRefusal(`${file} can't be read.`)
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CliRefusal(`${file} is not JSON.`)
  }
}
