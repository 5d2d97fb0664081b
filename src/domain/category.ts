/** What kind of message it is: decides its lane, its default validity and what happens to an uncertain attempt. */
export const CATEGORIES = ['otp', 'transactional', 'marketing'] as const

export type Category = (typeof CATEGORIES)[number]

/** What to do with an attempt that may have been sent: send again, ask the provider first, or leave it. */
export const ON_UNCERTAIN = ['retry', 'reconcile', 'fail'] as const

export type OnUncertain = (typeof ON_UNCERTAIN)[number]

/** Seconds after which an SMS that was not handed over is no longer sent, unless the caller gave a `ttl`. */
export const DEFAULT_SMS_TTL_SECONDS: Record<Category, number> = { otp: 600, transactional: 86_400, marketing: 86_400 }

/** Seconds after which a push that was not handed over is no longer sent, unless the caller gave a `ttl`. */
export const DEFAULT_PUSH_TTL_SECONDS = 86_400

/** One-time codes and marketing are not worth a second copy; a transactional SMS is asked after, then sent again. */
export function defaultOnUncertainSms(category: Category): OnUncertain {
  return category === 'transactional' ? 'reconcile' : 'fail'
}

/** A copy to one device replaces the first (same notification tag); a second broadcast to a topic would reach everybody. */
export function defaultOnUncertainPush(target: 'token' | 'fid' | 'topic'): OnUncertain {
  return target === 'topic' ? 'fail' : 'retry'
}
