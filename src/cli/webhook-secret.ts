import { readFileSync } from 'node:fs'
import { newWebhookSecret, readWebhookSecret } from '../domain/webhook-signature.ts'
import { CliRefusal, type Surroundings } from './command.ts'

/**
 * What forwarded events are signed with: TIDINGS_WEBHOOK_SECRET, else the file that TIDINGS_WEBHOOK_SECRET_FILE names, else a new one, which
 * is told. Never an argument: those are seen by every user of the machine. Throws a CliRefusal.
 */
export function webhookSecret(at: Pick<Surroundings, 'env' | 'tell' | 'drawBytes'>): Buffer {
  const given = givenSecret(at.env)
  const text = given ?? newWebhookSecret(at.drawBytes)
  const secret = readWebhookSecret(text)
  if (secret === null) {
    throw new CliRefusal('TIDINGS_WEBHOOK_SECRET must be whsec_ and 24 to 64 bytes in base64; without it one is made.')
  }
  if (given === null) at.tell(`Signed with ${text}`)
  return secret
}

function givenSecret(env: Surroundings['env']): string | null {
  const [secret, file] = [env['TIDINGS_WEBHOOK_SECRET']?.trim(), env['TIDINGS_WEBHOOK_SECRET_FILE']?.trim()]
  if (secret !== undefined && secret !== '') return secret
  if (file === undefined || file === '') return null
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    throw new CliRefusal(`TIDINGS_WEBHOOK_SECRET_FILE=${file} can't be read.`)
  }
}
