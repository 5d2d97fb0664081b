import { pino } from 'pino'
import { afterEach, beforeEach } from 'vitest'
import type { Msisdn } from '../../src/domain/contact.ts'
import { TidingsError } from '../../src/domain/errors.ts'
import { createRules, type Judged, type Rules, type RuleSettings } from '../../src/flows/rules/rules.ts'
import { createDb, type Db } from '../../src/store/db.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { message } from '../support/node.ts'

export const SETTINGS: RuleSettings = {
  caps: { mode: 'codes', perTenMinutes: 5, perDay: 20 },
  codeDelaySeconds: 0,
  pumping: { mode: 'observe', perPrefix: 100, perCountry: 1_000 },
  spendLimit: null,
}

/** Rules on a database of each test's own. */
export interface RulesStage {
  /** Of the test that runs. */
  db(): Db
  /** The alarms of the test that runs: rule and action. */
  raised(): readonly string[]
  /** What one node knows. `clock`: unless given, that of this machine. */
  node(settings?: Partial<RuleSettings>, clock?: () => Date): Rules
  ask(statement: string): Promise<readonly Record<string, unknown>[]>
}

/** Called once in a test file. */
export function useRulesStage(): RulesStage {
  let database: TestDatabase
  let db: Db
  let raised: string[]

  beforeEach(async () => {
    database = await createTestDatabase()
    db = createDb(
      database.url,
      { max: 6, name: 'rules', statementTimeoutMs: 30_000, queryTimeoutMs: 31_000 },
      () => undefined,
    )
    db.options.connectionTimeoutMillis = 30_000
    raised = []
  })

  afterEach(async () => {
    await db.end()
    await database.drop()
  })

  return {
    db: () => db,
    raised: () => raised,
    node: (settings = {}, clock = () => new Date()) =>
      createRules({
        db,
        workDb: db,
        log: pino({ level: 'silent' }),
        settings: { ...SETTINGS, ...settings },
        clock,
        now: () => performance.now(),
        onRule: (rule, action) => void raised.push(`${rule} ${action}`),
      }),
    ask: async (statement) => (await db.query<Record<string, unknown>>(statement)).rows,
  }
}

/** Those that are not refused. */
export function left(verdicts: readonly (Judged | TidingsError)[]): readonly Judged[] {
  return verdicts.flatMap((one) => (one instanceof TidingsError ? [] : [one]))
}

export function code(contact: string, more: Partial<Judged> = {}): Judged {
  return { message: message({ contact: contact as Msisdn, category: 'otp' }), bill: null, warnings: [], ...more }
}
