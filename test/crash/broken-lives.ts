import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from '../support/documents.ts'
import type { NodeLife } from './cluster.ts'

/** Where, the how manieth time, and how a node breaks. */
export interface Break {
  /** One of those in points/points.mjs. */
  readonly point: string
  /** From 1. */
  readonly nth: number
  readonly how: 'kill' | 'abort' | 'throw' | 'reject'
  /** Only calls whose arguments hold this text. */
  readonly only?: string
}

/** A life of a node that comes to its end at that point. */
export function breakingLife({ point, nth, how, only = '' }: Break): NodeLife {
  const hook = pathToFileURL(join(ROOT, 'test/crash/points/break.mjs')).href
  return { flags: ['--import', hook], env: { CRASH_AT: `${point}:${nth}`, CRASH_HOW: how, CRASH_IF: only } }
}

/** When a node broke, in milliseconds since 1970, in order: its log says so. */
export function breaksIn(log: string): { readonly point: string; readonly at: number }[] {
  const found = readFileSync(log, 'utf8').matchAll(/^\{"event":"crash\.point","point":"([^"]+)","at":(\d+)\}$/gm)
  return [...found].map(([, point = '', at = '']) => ({ point, at: Number(at) }))
}
