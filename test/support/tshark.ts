import { spawnSync } from 'node:child_process'

const isThere = spawnSync('tshark', ['--version']).status === 0

if (!isThere) {
  if (process.env['REQUIRE_ALL'] === '1') throw new Error('tshark is missing')
  process.stdout.write('skipped: needs tshark (Debian has it in its package of that name)\n')
}

/** For `test.skipIf(!hasTshark)`. */
export const hasTshark = isThere

/** Fields by their names, each with all its values in their order, or with fields below it. */
export interface Layer {
  readonly [field: string]: string | Layer | readonly (string | Layer)[]
}

/** What Wireshark reads in a capture file of one protocol: a layer for each of its PDUs. */
export function decodedBy(protocol: string, file: string): readonly Layer[] {
  const args = ['-r', file, '-n', '-T', 'json', '--no-duplicate-keys', '-Y', protocol]
  const { status, stdout, stderr } = spawnSync('tshark', args, { encoding: 'utf8', maxBuffer: 2 ** 26 })
  if (status !== 0) throw new Error(`tshark: ${stderr}`)
  const packets = JSON.parse(stdout) as readonly { readonly _source: { readonly layers: Layer } }[]
  return packets.flatMap(({ _source: { layers } }) => [layers[protocol] ?? []].flat() as Layer[])
}

/** All values of a field, wherever below a layer it stands. */
export function valuesOf(layer: Layer, field: string): string[] {
  return Object.entries(layer).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => {
      if (typeof one === 'object') return valuesOf(one, field)
      return name === field ? [one] : []
    }),
  )
}
