import { newWebhookSecret, readWebhookSecret } from '../domain/webhooks/webhook-signature.ts'
import { CliRefusal, type Surroundings } from './command.ts'
import { secretIn } from './secret-in.ts'

/**
 * What forwarded events are signed with: TIDINGS_WEBHOOK_SECRET, else the file that TIDINGS_WEBHOOK_SECRET_FILE names, else a new one, which
 * is told. Throws a CliRefusal.
 */
export function webhookSecret(at: Pick<Surroundings, 'env' | 'tell' | 'drawBytes'>): Buffer {
  const given = secretIn(at.env, 'TIDINGS_WEBHOOK_SECRET')
  const text = given ?? newWebhookSecret(at.drawBytes)
  const secret = readWebhookSecret(text)
  if (secret === null) {
    throw new CliRefusal('TIDINGS_WEBHOOK_SECRET must be whsec_ and 24 to 64 bytes in base64; without it one is made.')
  }
  if (given === null) at.tell(`Signed with ${text}`)
  return secret
}
