import { expect, test } from 'vitest'
import type { LiveLine } from '../../src/wiring/live-lines.ts'
import { createTerminal, type Terminal } from '../../src/commands/terminal.ts'

const NOON = new Date(2026, 2, 3, 14, 2, 11)
const FACTS = {
  version: '0.1.0',
  url: 'http://localhost:5000',
  sms: null,
  push: null,
  data: './data (new, embedded Postgres 18)',
  openTo: null,
  asksForKeys: false,
  newKey: null,
  signIn: null,
}
const CAPTURED: LiveLine = {
  kind: 'captured',
  channel: 'sms',
  id: 12,
  recipient: '+20 100 912 9288',
  text: 'Your code is ······',
  note: '1 segment',
}

test('the first screen says that nothing leaves the machine, and how to send the first SMS', () => {
  expect(shown((terminal) => (terminal.banner(FACTS), terminal.ready(1.94)))).toBe(`
  Tidings 0.1.0 · capture mode: nothing leaves this machine

  Dashboard   http://localhost:5000/dashboard
  API         http://localhost:5000/docs
  This device http://localhost:5000/  (registers a browser, shows its token)
  Data        ./data (new, embedded Postgres 18)

  Send your first SMS from another terminal:

    curl localhost:5000/smss -H 'content-type: application/json' \\
      -d '{"contact": "+201009129288", "subject": "Hello", "message": "Your code is 482913"}'

  Ready in 1.9 s.  Ctrl-C stops.

`)
})

test('with a live provider it says so, and offers no line that would text a stranger', () => {
  const screen = shown((terminal) => terminal.banner({ ...FACTS, sms: 'Twilio' }))
  expect(screen).toContain('SMS through Twilio, push captured on this machine')
  expect(screen).not.toContain('curl')
})

test('a key that was made just now is shown, and stands in the example', () => {
  const screen = shown((terminal) => terminal.banner({ ...FACTS, push: 'FCM', asksForKeys: true, newKey: 'tidings_x' }))
  expect(screen).toContain('  First key   tidings_x\n')
  expect(screen).toContain("-H 'authorization: Bearer tidings_x' \\\n")
  const later = shown((terminal) => terminal.banner({ ...FACTS, push: 'FCM', asksForKeys: true }))
  expect(later).toContain("-H 'authorization: Bearer tidings_live_…' \\\n")
  expect(later).not.toContain('First key')
})

test('a host that others reach is named on the first screen', () => {
  expect(shown((terminal) => terminal.banner({ ...FACTS, openTo: '0.0.0.0' }))).toContain(
    '  Open to     whoever reaches any address of this machine (HOST=0.0.0.0)\n',
  )
  expect(shown((terminal) => terminal.banner({ ...FACTS, openTo: '10.0.0.7', asksForKeys: true }))).toContain(
    '  Open to     whoever reaches 10.0.0.7 and has a key (HOST=10.0.0.7)\n',
  )
  expect(shown((terminal) => terminal.banner(FACTS))).not.toContain('Open to')
})

test('live lines stand in columns', () => {
  const refused: LiveLine = {
    kind: 'refused',
    channel: 'sms',
    id: null,
    recipient: '01009129288',
    text: '',
    note: 'No country code.',
  }
  expect(shown((terminal) => (terminal.live(CAPTURED), terminal.live(refused)))).toBe(
    `  14:02:11  captured    sms 12    +20 100 912 9288   Your code is ······            1 segment
  14:02:11  refused     sms       01009129288        No country code.
`,
  )
})

test('what others wrote can’t steer the terminal', () => {
  const line = shown((terminal) => terminal.live({ ...CAPTURED, text: 'a\u001B[2Jb\r\nc\u202Ed\u009B1me' }))
  expect(line).toContain('a [2Jb c d 1me')
  expect(line.match(/\n/g)).toHaveLength(1)
})

test('a line is cut where the terminal ends', () => {
  const line = shown((terminal) => terminal.live({ ...CAPTURED, text: 'long '.repeat(100) }), 60)
  expect(line.trimEnd()).toHaveLength(60)
  expect(line).toContain('…')
})

test('colours come only where they are wanted', () => {
  expect(shown((terminal) => terminal.live(CAPTURED), 100, true)).toContain('\u001B[36mcaptured')
  expect(shown((terminal) => terminal.live(CAPTURED))).not.toContain('\u001B')
})

function shown(act: (terminal: Terminal) => void, columns = 120, colour = false): string {
  const written: string[] = []
  act(createTerminal({ write: (text) => written.push(text), colour, columns: () => columns, now: () => NOON }))
  return written.join('')
}
