/** What is known here of a device and a topic. `failed`: what was wished for last could not be done. */
export const TOPIC_STATES = ['subscribing', 'subscribed', 'unsubscribing', 'unsubscribed', 'failed'] as const

export type TopicState = (typeof TOPIC_STATES)[number]

/** What a device is to do about a topic. */
export type TopicWish = 'subscribe' | 'unsubscribe'

/** Days that what has ended, or failed, is still told of. */
export const ENDED_TOPIC_DAYS = 30

/** Hours after which a wish that a push service does not take is given up. */
export const TOPIC_WISH_HOURS = 24
