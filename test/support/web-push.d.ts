/** What the tests use of packages that come without types. */
declare module 'web-push' {
  export interface Details {
    readonly method: string
    readonly endpoint: string
    readonly headers: Readonly<Record<string, string | number>>
    readonly body: Buffer
  }

  const webPush: {
    generateVAPIDKeys(): { publicKey: string; privateKey: string }
    generateRequestDetails(
      subscription: { endpoint: string; keys: { p256dh: string; auth: string } },
      payload: string,
      options: {
        vapidDetails: { subject: string; publicKey: string; privateKey: string }
        TTL: number
        urgency?: string
        topic?: string
      },
    ): Details
  }
  export default webPush
}

declare module 'http_ece' {
  import type { ECDH } from 'node:crypto'

  const ece: {
    decrypt(body: Buffer, options: { version: 'aes128gcm'; privateKey: ECDH; authSecret: string }): Buffer
  }
  export default ece
}
