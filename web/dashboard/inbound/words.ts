import { counted } from '../inbox/format.ts'
import type { Look } from '../inbox/words.ts'
import type { Inbound } from './client.ts'

const LOOKS: Readonly<Record<NonNullable<Inbound['action']>, Look>> = {
  stop: { shape: 'dash', tone: 'mute', word: 'STOP' },
  start: { shape: 'check', tone: 'ok', word: 'START' },
  help: { shape: 'target', tone: 'info', word: 'HELP' },
}

/** Shape, word and colour of what a text was read as; null: it is a text like any other. */
export function keywordLook({ action, review }: Pick<Inbound, 'action' | 'review'>): Look | null {
  if (action !== null) return LOOKS[action]
  return review ? { shape: 'quarter', tone: 'wait', word: 'Sounds like a STOP' } : null
}

/** `1 of 3 segments never came`; null: all of them did. */
export function missingOf({
  segments,
  missing_segments: missing,
}: Pick<Inbound, 'segments' | 'missing_segments'>): string | null {
  return missing === 0 ? null : `${missing.toLocaleString('en')} of ${counted(segments, 'segment')} never came`
}

/** Whether it came from a number, which has a page; short codes and names have none. */
export function isNumber(contact: string): boolean {
  return /^\+\d{8,15}$/.test(contact)
}
