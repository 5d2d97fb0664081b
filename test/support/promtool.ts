import { spawnSync } from 'node:child_process'

const isThere = spawnSync('promtool', ['--version']).status === 0

if (!isThere) {
  if (process.env['REQUIRE_ALL'] === '1') throw new Error('promtool is missing')
  process.stdout.write('skipped: needs promtool (Debian has it in its package prometheus)\n')
}

/** For `test.skipIf(!hasPromtool)`. */
export const hasPromtool = isThere

/** Prometheus’s own judge of pages, rules and their tests: what it says, and whether all was well. `input`: what it reads. */
export function promtool(args: readonly string[], input = ''): { readonly ok: boolean; readonly said: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' })
  return { ok: status === 0, said: `${stdout}${stderr}` }
}
