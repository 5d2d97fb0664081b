import type { ErrorCode } from '../domain/errors.ts'
import { LATER, NEVER, type Page } from './error-page.ts'

/** What the service can't do for now: the same call succeeds later. */
export const UNAVAILABLE_PAGES = {
  database_unavailable: {
    status: 503,
    what: 'The database cannot be reached.',
    why: 'It is being restarted, or the network to it is down. Nothing is accepted that cannot be kept.',
    fix: 'Nothing on your side. The operator looks at /readyz.',
    retry: LATER,
    charged: NEVER,
  },
  outcome_unknown: {
    status: 503,
    what: 'The database broke off while it was committing: the message may have been accepted.',
    why: 'The connection was lost between our commit and its answer.',
    fix: 'Repeat the call with the same Idempotency-Key: it answers with the first one, or sends now. Without a key, look for the message before sending again.',
    retry: LATER,
    charged: 'Perhaps: the repeated call tells.',
  },
  storage_full: {
    status: 503,
    what: 'The database’s disk is full, or nearly.',
    why: 'Nothing is accepted that cannot be kept. With the embedded Postgres, marketing is refused first and one-time codes last, while there is still room for what was accepted before.',
    fix: 'The operator makes room; the service works again by itself.',
    retry: LATER,
    charged: NEVER,
  },
  overloaded: {
    status: 503,
    what: 'More calls are under way, or more messages wait to be sent, than can be served in good time.',
    why: 'Only so many are worked on at once; the others are told so early, within a second. Or the queue of the whole service is near QUEUE_LIMIT; the message says which. Marketing is refused first, one-time codes last.',
    fix: 'Make fewer calls at the same time, or run another node; where the queue is long, wait until it is shorter.',
    retry: LATER,
    charged: NEVER,
  },
  upgrading: {
    status: 503,
    what: 'A node of an older version still runs, and would do it wrong.',
    why: 'Nodes are being replaced one by one, and each may go on with what another accepted. What only new ones know is not begun before they are alone.',
    fix: 'Wait until the last node is replaced. It is asked for again thereafter; other calls are served all the time.',
    retry: LATER,
    charged: NEVER,
  },
  shutting_down: {
    status: 503,
    what: 'This node is being stopped.',
    why: 'A deployment or an operator. Other nodes go on.',
    fix: 'Repeat the call; a load balancer that watches /readyz leads it to another node.',
    retry: LATER,
    charged: NEVER,
  },
  not_ready: {
    status: 503,
    what: 'This node cannot do its work at the moment.',
    why: 'One of its checks fails; details names it, and what to do.',
    fix: 'Follow the suggestion in details. A load balancer that watches /readyz leaves this node out meanwhile.',
    retry: LATER,
    charged: NEVER,
  },
} satisfies Partial<Record<ErrorCode, Page>>
