export type BrowserKind = 'chromium' | 'firefox' | 'safari' | 'ios'

/** What the page needs to know of where it runs, read once. */
export interface Browser {
  readonly kind: BrowserKind
  /** Opened from the Home Screen. */
  readonly standalone: boolean
  readonly secure: boolean
  /** `http://localhost:5000` */
  readonly origin: string
  readonly port: string
  /** What push needs and isn't there, in the words of the browser's interface. */
  readonly missing: readonly string[]
}

export function readBrowser(page: Window): Browser {
  const { navigator, location, isSecureContext: secure } = page
  const missing = [
    ...('serviceWorker' in navigator ? [] : ['service workers']),
    ...('PushManager' in page ? [] : ['the Push API']),
    ...('Notification' in page ? [] : ['notifications']),
    ...('indexedDB' in page ? [] : ['IndexedDB']),
  ]
  const standalone = page.matchMedia('(display-mode: standalone)').matches
  return { kind: kindOf(navigator), standalone, secure, origin: location.origin, port: location.port, missing }
}

function kindOf({ userAgent, maxTouchPoints }: Navigator): BrowserKind {
  // An iPad calls itself a Mac, and every browser on iOS is Safari inside.
  if (/iPhone|iPad|iPod/.test(userAgent) || (userAgent.includes('Macintosh') && maxTouchPoints > 1)) return 'ios'
  if (userAgent.includes('Firefox/')) return 'firefox'
  return /Chrome|Chromium/.test(userAgent) ? 'chromium' : 'safari'
}
