import { hostname } from 'node:os'
import { migrationNames } from '../store/migrate.ts'
import { versionWith } from '../store/nodes/older-nodes.ts'
import type { NodeIdentity } from '../store/nodes/nodes.ts'
import { machine } from './place.ts'

/** As what this process stands among the nodes. */
export function identityOf(version: string): NodeIdentity {
  const knows = versionWith(version, migrationNames().at(-1) ?? '')
  return { name: hostname(), machine: machine(), pid: process.pid, version: knows }
}
