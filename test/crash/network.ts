import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import pg from 'pg'
import type { ClusterOptions } from './cluster.ts'

/** A network of its own for one node, with one link to this machine, whose 127.0.0.1 it reaches under `gateway`. */
export interface Network {
  /** For ClusterOptions.life. */
  readonly before: readonly string[]
  /** Where the node listens, and is reached from here. */
  readonly address: string
  /** What 127.0.0.1 of this machine is for the node. */
  readonly gateway: string
  /** Packets to, or from, this port of this machine are thrown away; nobody is told. Until `heal`. */
  drop(port: number, which: 'both' | 'answers'): void
  heal(): void
  remove(): void
}

/** Why there can be none on this machine; null: there can. */
export function lacksNetworks(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'network namespaces need Linux and root'
  const missing = ['ip', 'nft', 'sysctl'].filter((tool) => !isThere(tool))
  return missing.length === 0 ? null : `there is no ${missing.join(', no ')} (apt-get install iproute2 nftables procps)`
}

/** Linux; as root. `remove` must be called whatever happens. */
export function makeNetwork(): Network {
  const number = randomInt(0, 16_384)
  // 198.18.0.0/15 is set aside for trials of networks: RFC 2544, appendix C.2.2.
  const [third, fourth] = [Math.floor(number / 64), (number % 64) * 4]
  const [gateway, address] = [`198.18.${third}.${fourth + 1}`, `198.18.${third}.${fourth + 2}`]
  const name = `tidings${number}`
  const [near, far] = [`tid${number}h`, `tid${number}n`]
  const inside = ['ip', 'netns', 'exec', name]
  const network = {
    before: inside,
    address,
    gateway,
    drop: (port: number, which: 'both' | 'answers') => drop(inside, port, which),
    heal: () => run([...inside, 'nft', 'flush', 'ruleset']),
    remove() {
      for (const words of [
        ['ip', 'netns', 'delete', name],
        ['nft', 'delete', 'table', 'ip', name],
      ])
        attempt(words)
    },
  }
  try {
    run(['ip', 'netns', 'add', name])
    run(['ip', 'link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name])
    run(['ip', 'addr', 'add', `${gateway}/30`, 'dev', near])
    run(['ip', 'link', 'set', near, 'up'])
    run([...inside, 'ip', 'addr', 'add', `${address}/30`, 'dev', far])
    for (const link of [far, 'lo']) run([...inside, 'ip', 'link', 'set', link, 'up'])
    // What comes over this link alone may be led to 127.0.0.1.
    run(['sysctl', '-qw', `net.ipv4.conf.${near}.route_localnet=1`])
    const chain = `type nat hook prerouting priority dstnat\niifname "${near}" dnat to 127.0.0.1\n`
    run(['nft', '-f', '-'], `table ip ${name} {\nchain lead {\n${chain}}\n}\n`)
    return network
  } catch (error) {
    network.remove()
    throw error
  }
}

/** The first node lives in this network, the others on this machine itself. It can't push: HTTP/2 without TLS is for loopback addresses only. */
export function behindNetwork({
  before,
  address,
  gateway,
}: Network): Required<Pick<ClusterOptions, 'host' | 'env' | 'life' | 'wire'>> {
  let env: Record<string, string> = {}
  const seen = (url: string): string => {
    const there = new URL(url)
    there.hostname = gateway
    return there.href.replace(/\/$/, '')
  }
  return {
    env: { AUTH: 'off' },
    host: (node) => (node === 0 ? address : '127.0.0.1'),
    life: (node) => (node === 0 ? { before, env } : {}),
    async wire({ postgres, twilio }) {
      await letIn(postgres, address)
      env = { DATABASE_URL: seen(postgres), TWILIO_BASE_URL: seen(twilio) }
      return {}
    },
  }
}

/** Our Postgres takes nobody but this machine itself. */
async function letIn(url: string, address: string): Promise<void> {
  const db = new pg.Client({ connectionString: url })
  await db.connect()
  const { rows } = await db.query<{ file: string }>(`select current_setting('hba_file') as file`)
  appendFileSync(rows[0]?.file ?? '', `host all all ${address}/32 scram-sha-256\n`)
  await db.query('select pg_reload_conf()')
  await db.end()
}

function drop(inside: readonly string[], port: number, which: 'both' | 'answers'): void {
  const answers = `chain in {\ntype filter hook input priority 0\ntcp sport ${port} drop\n}\n`
  const asked = `chain out {\ntype filter hook output priority 0\ntcp dport ${port} drop\n}\n`
  run([...inside, 'nft', '-f', '-'], `table ip parted {\n${answers}${which === 'both' ? asked : ''}}\n`)
}

function isThere(tool: string): boolean {
  return attempt(['sh', '-c', `command -v ${tool}`])
}

function attempt(words: readonly string[]): boolean {
  try {
    run(words)
    return true
  } catch {
    return false
  }
}

function run([command = '', ...args]: readonly string[], input = ''): void {
  execFileSync(command, args, { input, stdio: ['pipe', 'ignore', 'pipe'] })
}
