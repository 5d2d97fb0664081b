// Given to a node by --import: it breaks at one point of its work. CRASH_AT=`point:n` names the point and the call that it is, counted from
// 1; CRASH_HOW is kill, abort, throw or reject; CRASH_IF a text that must be in the call's arguments. The program itself knows nothing of it.
import { writeSync } from 'node:fs'
import { register } from 'node:module'
import { POINTS, WRAP } from './points.mjs'

const { CRASH_AT = '', CRASH_HOW = 'kill', CRASH_IF = '' } = process.env
const [name, nth = '1'] = CRASH_AT.split(':')
const point = POINTS[name]

if (point !== undefined) {
  globalThis[Symbol.for(WRAP)] = (found) => (point.method === undefined ? breaking(found) : making(found))
  register('./rewrite.mjs', import.meta.url, { data: point })
}

/** What it makes breaks. */
function making(make) {
  return (...args) => {
    const made = make(...args)
    made[point.method] = breaking(made[point.method].bind(made))
    return made
  }
}

function breaking(call) {
  let calls = 0
  const isIt = (args) => JSON.stringify(args, simply).includes(CRASH_IF) && (calls += 1) === Number(nth)
  switch (point.when) {
    case 'before':
      return (...args) => {
        if (isIt(args)) strike()
        return call(...args)
      }
    case 'written':
      return (...args) => {
        const running = call(...args)
        // What it wrote leaves with this turn of the event loop.
        if (isIt(args)) setImmediate(strike)
        return running
      }
    case 'after':
      return async (...args) => {
        const result = await call(...args)
        // A claim that found nothing is none.
        const empty = Array.isArray(result) && result.length === 0
        if (!empty && isIt(args)) strike()
        return result
      }
  }
}

/** Of what a call is given only texts and numbers are looked at. */
function simply(key, value) {
  return key !== '' && typeof value === 'object' && value !== null && !isPlain(value) ? null : value
}

function isPlain(value) {
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
}

function strike() {
  writeSync(2, `${JSON.stringify({ event: 'crash.point', point: name, at: Date.now() })}\n`)
  if (CRASH_HOW === 'kill') process.kill(process.pid, 'SIGKILL')
  if (CRASH_HOW === 'abort') process.abort()
  if (CRASH_HOW === 'reject') void Promise.reject(new Error('injected'))
  if (CRASH_HOW === 'throw')
    setImmediate(() => {
      throw new Error('injected')
    })
}
