import type { Adopted } from '../store/nodes/adopt-rows.ts'

/** What was taken over from the original application, for whoever started us. */
export function adoptedSentence(adopted: Adopted): string {
  const kept = [
    counted(adopted.messages, 'message'),
    `${counted(adopted.clients, 'client')}${doubles(adopted.clientsMerged)}`,
    `${counted(adopted.tokens, 'token')}${doubles(adopted.tokensMerged)}`,
    `${counted(adopted.notifications, 'notification')} with ${counted(adopted.deliveries, 'target')}${doubles(adopted.pairsMerged)}`,
  ]
  const noted = [
    part(adopted.messagesOfNobody, 'message', 'without a number'),
    part(adopted.timeless, 'missing time', 'taken from the next row'),
    part(adopted.leftOut, 'row', 'that stood for nothing left out'),
  ].filter((one) => one !== null)
  const rest = noted.length === 0 ? '' : ` ${noted.join('; ')}.`
  return `Adopted the original application’s database: ${kept.join(', ')}. Ids were kept; nothing of it is sent.${rest}`
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}

function doubles(count: number): string {
  return count === 0 ? '' : ` (${counted(count, 'double')} merged)`
}

function part(count: number, noun: string, rest: string): string | null {
  return count === 0 ? null : `${counted(count, noun)} ${rest}`
}
