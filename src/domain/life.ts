/**
 * What a person may have a captured SMS play: the carrier confirms it · it does so late, and twice · the phone is off · the carrier blocks
 * it · the provider refuses the number · the provider's answer is lost.
 */
export const PLAYED_LIVES = ['delivered', 'late', 'phone_off', 'blocked', 'refused', 'uncertain'] as const

export type PlayedLife = (typeof PLAYED_LIVES)[number]
