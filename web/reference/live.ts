/** The operations that send something to somebody, and by which channel. Those that only call back, or play in the inbox, do not. */
const SENDS: Readonly<Record<string, 'sms' | 'push'>> = {
  sendSms: 'sms',
  sendSmsBatch: 'sms',
  resendSms: 'sms',
  pushToTokens: 'push',
  pushToDevices: 'push',
  pushToTopic: 'push',
  resendNotification: 'push',
  resumeNotification: 'push',
}

/** Whether what is tried here goes out. `live`: channels whose messages leave the machine. */
export function goesOut({ operationId }: { readonly operationId: string }, live: readonly string[]): boolean {
  const channel = Object.hasOwn(SENDS, operationId) ? SENDS[operationId] : undefined
  return channel !== undefined && live.includes(channel)
}

/** Why no key is asked for: nothing is live, or the operator wants it so. */
export function whyNoKey(live: readonly string[]): string {
  return live.length === 0
    ? 'While everything is captured, no key is asked for.'
    : 'No key is asked for: the service runs with AUTH=off.'
}
