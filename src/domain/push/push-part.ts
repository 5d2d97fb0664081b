/** What some targets of a push have of their own. */
export interface PushPart {
  /** The place of their words among the push's variants; null: those of the push. */
  readonly variant: number | null
  /** The earliest time they may leave, where it is later than now; null: that of the push. */
  readonly leavesAt: Date | null
  /** Whose clocks its quiet hours go by (IANA); null: it has none. */
  readonly zones: readonly string[] | null
  /** They would leave sooner but for quiet hours. */
  readonly isQuiet: boolean
}

/** Words of a push in one of its languages. */
export interface PushVariant {
  readonly locale: string
  /** name@version/locale */
  readonly template: string
  readonly title: string
  readonly body: string
  /** In place of the push's own. */
  readonly link?: string
  readonly image?: string
  /** How many targets have them. */
  readonly targets: number
}
