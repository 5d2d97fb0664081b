import { execFileSync } from 'node:child_process'
import type { NodeLife } from './cluster.ts'

/** Why nodes can't live on hosts of their own here; null: they can. */
export function lacksHosts(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'hosts with other names need Linux and root'
  try {
    execFileSync('unshare', ['--uts', 'true'], { stdio: 'ignore' })
    return null
  } catch {
    return 'there is no unshare that may make namespaces (apt-get install util-linux)'
  }
}

/** A node that the others take for one of another machine: only its lease tells them whether it lives. */
export function elsewhere(host: string): Required<Pick<NodeLife, 'before'>> {
  return { before: ['unshare', '--uts', 'sh', '-c', 'hostname "$0" && exec "$@"', host] }
}
