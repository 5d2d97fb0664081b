/** What this device may say of a push. */
type Evidence = 'received' | 'opened'

/**
 * Tells the service that sent a push what became of it here, where the push asks for that. Resolves when it is told, or could not be: the
 * push is shown either way.
 */
export async function report(data: unknown, evidence: Evidence): Promise<void> {
  const url = ticketOf(data)
  if (url === null) return
  // It ends by itself where the browser stops the worker meanwhile.
  await fetch(`${url}/${evidence}`, { method: 'POST', keepalive: true, credentials: 'omit' }).catch(() => undefined)
}

/** Of a push's own data. */
function ticketOf(data: unknown): string | null {
  const url = memberOf(data, 'tidings')
  return typeof url === 'string' && /^https?:\/\//.test(url) ? url : null
}

/** The data of the push that a notification was made from: Firebase's SDK keeps all of the push there, our own workers its data. */
export function dataOf(carried: unknown): unknown {
  return memberOf(memberOf(carried, 'FCM_MSG') ?? carried, 'data')
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}
