import { pino, type Logger } from 'pino'

export type Log = Logger

/** JSON lines on stdout; the level is one of pino's (`trace` … `silent`). */
export function createLog(level: string): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime })
}
