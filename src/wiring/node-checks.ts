import { checkDatabase } from '../checks/database.ts'
import { failing, fine, warning } from '../checks/check.ts'
import { routesCheck } from '../checks/routes.ts'
import { rulesCheck, type RuleAlarm } from '../checks/rules.ts'
import { providerCheck, setupChecks } from '../checks/setup.ts'
import type { Config } from '../settings/config.ts'
import type { Check } from '../contract/health.ts'
import type { Lease } from '../delivery/lease.ts'
import type { CheckStep } from '../domain/provider.ts'
import { checkMachine, setupOf } from './looks.ts'
import type { SmsRouting } from './sms/routing.ts'
import type { Db } from '../store/db.ts'
import { migrationNames } from '../store/migrate.ts'

export interface NodeParts {
  readonly config: Config
  readonly db: Db
  readonly lease: Pick<Lease, 'mayWrite'>
  /** What failed when the providers were last looked at, each name beginning with the provider’s. */
  readonly failures: () => readonly CheckStep[]
  /** What receipts tell of how their provider is set up, each name beginning with the provider’s. */
  readonly proposals: () => readonly CheckStep[]
  readonly routing: Pick<SmsRouting, 'standing'>
  /** What rules have found. */
  readonly alarms: () => readonly RuleAlarm[]
  readonly now: () => Date
}

/** What a node that serves knows about itself: for `/readyz?verbose`. */
export async function checkNode(parts: NodeParts): Promise<readonly Check[]> {
  const { config, db, lease, failures, proposals, routing, alarms, now } = parts
  const setup = setupOf(config, null)
  const failed = failures()
  return [
    ...(await checkMachine(config)),
    ...setupChecks(setup),
    leaseCheck(lease.mayWrite()),
    ...(await checkDatabase(db, { migrations: migrationNames(), setup, now })),
    ...setup.live.map((name) =>
      providerCheck(
        name,
        failed.filter((step) => step.name.startsWith(`${name}: `)),
      ),
    ),
    ...proposals().map(receiptsCheck),
    ...routesCheck(config.routes?.rules.length ?? 0, routing.standing()),
    rulesCheck(alarms()),
  ]
}

function receiptsCheck({ name, detail, fix }: CheckStep): Check {
  const colon = name.indexOf(': ')
  return warning(`${name.slice(colon + 2)}.${name.slice(0, colon)}`, {
    what: detail,
    why: 'What becomes of its messages is not known: they stay `sent`.',
    fix: fix === null ? [] : [fix],
    more: 'docs/smpp.md',
  })
}

function leaseCheck(isFresh: boolean): Check {
  if (isFresh) return fine('lease', 'This node’s lease is fresh.')
  return failing('lease', {
    what: 'This node’s lease could not be renewed.',
    why: 'It sends nothing, as others may have taken over what it held.',
    fix: ['Nothing: it renews by itself once Postgres answers.'],
    more: 'docs/operations.md#several-nodes',
  })
}
