import type { FastifyReply } from 'fastify'
import type { PushDryRun, PushDryRunData, SmsDryRun, SmsDryRunData } from '../contract/dry-run.ts'
import type { PushReport } from '../flows/sending/dry-run.ts'
import type { SmsReport } from '../flows/sms/sms-report.ts'
import type { Wait } from '../flows/sending/wait.ts'
import { toBroadcast } from './records.ts'

/** Written as it is: the route's own answer is another. */
export function sendDryRun(reply: FastifyReply, data: SmsDryRunData | PushDryRunData): FastifyReply {
  return reply
    .header('content-type', 'application/json; charset=utf-8')
    .serializer((answer: SmsDryRun | PushDryRun) => JSON.stringify(answer))
    .send({ success: true, dry_run: true, data })
}

/** As it stands in the answer. */
export function toSmsDryRun(report: SmsReport): SmsDryRunData {
  const { message, measure } = report
  return {
    contact: message.contact,
    country: report.country,
    number_type: report.numberType,
    redirected_to: message.extras?.redirectedTo ?? null,
    template: message.extras?.template ?? null,
    subject: message.subject,
    text: message.text ?? message.body,
    encoding: measure.encoding,
    segments: measure.segments,
    units: measure.units,
    culprit: measure.culprit && { ...measure.culprit, code_point: codePoint(measure.culprit.character) },
    replaced: report.replaced,
    sender: message.sender,
    tag: message.tag,
    category: message.category,
    on_uncertain: message.onUncertain,
    price: report.price && { ...report.price },
    ...toJourney(report),
    warnings: [...report.warnings],
  }
}

export function toPushDryRun(report: PushReport): PushDryRunData {
  const { notification, targets } = report
  return {
    ...toBroadcast(notification.topic),
    template: notification.template,
    targets: { ...targets, new: notification.topic === null ? targets.total - targets.known : 0 },
    ways: report.ways.map((way) => ({ ...way })),
    wordings: report.wordings.map((wording) => ({ ...wording })),
    bytes: report.bytes,
    most_bytes: report.mostBytes,
    // Our own JSON, of an object.
    fcm: JSON.parse(report.fcm) as PushDryRunData['fcm'],
    ...(report.apns === null ? {} : { apns: { ...report.apns } }),
    ...(report.webpush === null ? {} : { webpush: { ...report.webpush } }),
    ...(report.validation === null ? {} : { validation: { ...report.validation } }),
    ...(report.fallback === null ? {} : { fallback: toSmsDryRun(report.fallback) }),
    category: notification.category,
    ...toJourney(report),
    warnings: [...report.warnings],
  }
}

interface JourneyShown {
  route: { provider: string; reason: string }
  send_at: string
  expires_at: string
  waits: Wait[]
}

function toJourney({ route, sendAt, expiresAt, waits }: SmsReport | PushReport): JourneyShown {
  return {
    route: { ...route },
    send_at: sendAt.toISOString(),
    expires_at: expiresAt.toISOString(),
    waits: [...waits],
  }
}

/** U+2019 */
function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
