import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './support/documents.ts'

interface Component {
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly 'bom-ref': string
  readonly hashes: readonly { readonly alg: string; readonly content: string }[]
  readonly licenses?: readonly object[]
}

interface Sbom {
  readonly metadata: { readonly component: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest
const text = run()
const sbom = JSON.parse(text) as Sbom

function run(): string {
  return spawnSync(process.execPath, ['scripts/sbom.mjs'], { cwd: ROOT, encoding: 'utf8' }).stdout
}

test('the bill of materials names what a release is made of, in the version that is pinned, and no tool', () => {
  const own = sbom.dependencies.find(({ ref }) => ref === sbom.metadata.component['bom-ref'])
  for (const [name, version] of Object.entries(manifest.dependencies)) {
    const component = sbom.components.find((one) => one.name === name && one.version === version)
    expect(own?.dependsOn).toContain(component?.['bom-ref'])
  }
  const names = new Set(sbom.components.map(({ name }) => name))
  // Of what only others bring along, too.
  expect(names).toContain('pg-protocol')
  expect(['vitest', 'oxlint', 'knip'].filter((name) => names.has(name))).toEqual([])
})

test('every package in it has a checksum and a licence, and whatever it needs is in it, too', () => {
  const known = new Set(sbom.components.map((component) => component['bom-ref']))
  expect(known.size).toBe(sbom.components.length)
  for (const { purl, hashes, licenses } of sbom.components) {
    expect([purl, hashes[0]?.alg, hashes[0]?.content.length]).toEqual([purl, 'SHA-512', 128])
    expect([purl, licenses?.length]).toEqual([purl, 1])
  }
  for (const { dependsOn } of sbom.dependencies.slice(1)) expect(dependsOn.filter((ref) => !known.has(ref))).toEqual([])
})

test('the same lock file gives the same text', () => {
  expect(run()).toBe(text)
})
