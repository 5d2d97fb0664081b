import { expect, test } from 'vitest'
import { reactionTo } from '../../../src/providers/smpp/outcomes.ts'
import { STATUS, type StatusName } from '../../../src/providers/smpp/statuses.ts'
import { readSmppUrl } from '../../../src/providers/smpp/url.ts'
import { readPage } from '../../support/documents.ts'

const page = readPage('docs/smpp.md')

function isStatus(name: string): name is StatusName {
  return Object.hasOwn(STATUS, name)
}

/** `30 s, 2 min` in ms. */
function waitsIn(text: string): readonly number[] {
  const [, waits = ''] = /again after ([^;]*)/.exec(text) ?? []
  return [...waits.matchAll(/(\d+) (s|min)/g)].map(([, count, unit]) => Number(count) * (unit === 's' ? 1_000 : 60_000))
}

test('docs/smpp.md says of every status what it leads to', () => {
  const rows = [...page.matchAll(/^\| (ESME_[^|]*?) +\| (.*?) +\| (.*?) +\|$/gm)]
  const said = rows.flatMap(([, names = '', what = '', end = '']) =>
    names.split(', ').map((name) => ({ name, waits: waitsIn(what), end: end.replaceAll('`', '') })),
  )
  expect(said.length).toBeGreaterThan(30)
  for (const { name, waits, end } of said) {
    if (!isStatus(name)) throw new Error(`there is no ${name}`)
    const { failure } = reactionTo(STATUS[name])
    expect({ name, waits, end }).toEqual({
      name,
      waits: failure.waitsMs ?? [],
      end: failure.class === 'permanent' || failure.counted ? failure.reason : 'only its expiry',
    })
  }
  const others = Object.entries(STATUS).filter(([name, code]) => code !== 0 && !said.some((row) => row.name === name))
  for (const [, code] of others) {
    expect(reactionTo(code).failure).toMatchObject({ class: 'permanent', reason: 'rejected' })
  }
})

test('docs/smpp.md names every parameter, and none that is not there', () => {
  const rows = [...page.matchAll(/^\| `([a-z_]+|tlv_1400)` …? *\| /gm)].map((match) => match[1] ?? '')
  const [, fix = ''] = /They are (.*) and tlv_1400/.exec(faultOf('smpp://a:b@h?nonsense=1')) ?? []
  const known = [...fix.split(', '), 'tlv_1400']
  expect(rows.toSorted()).toEqual(known.filter((name) => name !== 'source_npi').toSorted())
})

function faultOf(url: string): string {
  const reading = readSmppUrl(url)
  return 'fix' in reading ? reading.fix : ''
}
