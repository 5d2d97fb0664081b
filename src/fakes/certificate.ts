import { generateKeyPairSync, sign } from 'node:crypto'
import { isIP } from 'node:net'

export interface Certificate {
  /** PEM. */
  readonly key: string
  /** PEM; its own certificate authority. */
  readonly cert: string
}

/**
 * A self-signed certificate for these names and addresses, valid from an hour before `now` for a day: ECDSA over P-256 with SHA-256.
 * Source: RFC 5280 §4.1, RFC 5758 §3.2.
 */
export function makeCertificate(hosts: readonly string[], now: Date): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const name = sequence(set(sequence(oid(2, 5, 4, 3), der(0x0c, Buffer.from('look-alike')))))
  const algorithm = sequence(oid(1, 2, 840, 10_045, 4, 3, 2))
  const toBeSigned = sequence(
    der(0xa0, integer(2)),
    integer(now.getTime()),
    algorithm,
    name,
    sequence(time(now.getTime() - 3_600_000), time(now.getTime() + 86_400_000)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(alternativeNames(hosts), authority())),
  )
  const signature = sign('sha256', toBeSigned, privateKey)
  const certificate = sequence(toBeSigned, algorithm, der(0x03, Buffer.concat([Buffer.of(0), signature])))
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: pem(certificate) }
}

function alternativeNames(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) => {
    if (isIP(host) === 0) return der(0x82, Buffer.from(host))
    return der(
      0x87,
      host === '::1' ? Buffer.concat([Buffer.alloc(15), Buffer.of(1)]) : Buffer.from(host.split('.').map(Number)),
    )
  })
  return sequence(oid(2, 5, 29, 17), der(0x04, sequence(...names)))
}

/** basicConstraints, critical: it may sign itself. */
function authority(): Buffer {
  return sequence(oid(2, 5, 29, 19), der(0x01, Buffer.of(0xff)), der(0x04, sequence(der(0x01, Buffer.of(0xff)))))
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

function der(tag: number, content: Buffer): Buffer {
  const size = content.length
  if (size < 0x80) return Buffer.concat([Buffer.of(tag, size), content])
  const length = size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.of(tag, ...length), content])
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

function set(part: Buffer): Buffer {
  return der(0x31, part)
}

function integer(value: number): Buffer {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  return der(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes)
}

function oid(first: number, second: number, ...rest: readonly number[]): Buffer {
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function base128(value: number): number[] {
  const digits = [value & 0x7f]
  for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80)
  return digits
}

/** UTCTime, which serves until 2049. */
function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replaceAll(/[-:T]/g, '')
  return der(0x17, Buffer.from(`${digits.slice(2, 14)}Z`))
}
