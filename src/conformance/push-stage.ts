import type { PushContent, PushProvider, PushTarget } from '../domain/provider.ts'

/**
 * One push provider, and a far side that plays its part: a look-alike on a real socket. What is null or left out is not played, and what it
 * would show not looked at.
 */
export interface PushStage {
  readonly provider: PushProvider
  readonly targets: {
    /** The far side takes each of them; another number is another device. */
    readonly accepted: (index: number) => PushTarget
    /** The far side says that there is no such device any more. */
    readonly gone: PushTarget | null
    /** The far side reads the request and never answers. */
    readonly hanging: PushTarget | null
    /** The far side says of its first request, and of those after it on the connection, that it did not look at it (GOAWAY). */
    readonly turnedAway: PushTarget | null
  }
  /** How many requests the far side has read so far. */
  readonly requests: () => number
  /** How many pushes it has taken. */
  readonly taken: () => number
  /** The same far side with a key that it refuses. Whoever asks closes it. */
  readonly withWrongKey?: () => PushProvider
  /** Nobody listens there. */
  readonly withNobody?: () => PushProvider
  /** The same far side, waited for a fifth of a second once a request is written. */
  readonly impatient?: () => PushProvider
  /** What no word of the provider may hold: keys, tokens. */
  readonly secrets?: readonly string[]
  close(): Promise<void>
}

/** One thing that every PushProvider promises. */
export interface PushPromise {
  /** A sentence that begins with what "it" does. */
  readonly name: string
  /** Rejects where it is broken. Resolves null where it is kept, else why the stage can't show it. */
  keep(stage: PushStage): Promise<string | null>
}

export function pushOf(notificationId: number, more: Partial<PushContent> = {}): PushContent {
  return {
    notificationId,
    title: `Parcel ${notificationId}`,
    body: 'It is at the door',
    dataOnly: false,
    ttlSeconds: 600,
    image: null,
    link: null,
    data: null,
    android: null,
    androidV2: null,
    apns: null,
    webpush: null,
    fcmOptions: null,
    ...more,
  }
}
