/** What Tidings sends to a browser, decrypted; the shape stands in docs/web-push.md. */
export interface WebPushPayload {
  /** What `showNotification` takes, with `title`; absent: nothing is to be shown of itself. */
  readonly notification?: NotificationOptions & { readonly title?: string; readonly image?: string }
  /** Opened on a click. */
  readonly link?: string
  readonly data?: Readonly<Record<string, string>>
}

/** What our notifications carry to the click. */
export interface Carried {
  readonly tidings: true
  readonly link: string | null
  readonly data: Readonly<Record<string, string>>
}

/** Null: it is not from Tidings. */
export function readPayload(text: string): WebPushPayload | null {
  try {
    const value = JSON.parse(text) as WebPushPayload | null
    return typeof value === 'object' && value !== null && ('notification' in value || 'data' in value) ? value : null
  } catch {
    return null
  }
}

/** What is data only is shown nevertheless: a browser takes the permission from who shows nothing. */
export function toShown({ notification, link, data = {} }: WebPushPayload): {
  readonly title: string
  readonly options: NotificationOptions
} {
  const { title = data['title'] ?? 'Data message', ...own } = notification ?? { body: data['body'] ?? asText(data) }
  const carried: Carried = { tidings: true, link: link ?? null, data }
  return { title, options: { ...own, data: carried } }
}

/** A link of the caller's: nothing but https and http is opened. */
export function linkOf(carried: unknown): string | null {
  if (typeof carried !== 'object' || carried === null || !('link' in carried)) return null
  const { link } = carried
  return typeof link === 'string' && /^https?:\/\//.test(link) ? link : null
}

/** Without what Tidings itself puts into it. */
export function asText(data: Readonly<Record<string, string>> = {}): string {
  const own = Object.entries(data).filter(([name]) => name !== 'tidings' && name !== 'tidings_id')
  return JSON.stringify(Object.fromEntries(own), null, 1)
}
