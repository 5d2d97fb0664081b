import type { Status } from '../../../src/domain/status.ts'

/** Times are milliseconds. The columns that no statement of delivery reads for a decision are left out. */
export interface NodeRow {
  readonly id: number
  readonly machine: string | null
  readonly pid: number
  readonly heartbeatAt: number
  readonly lowMessageId: number
  readonly endedAt: number | null
  readonly emptiedAt: number | null
}

export interface MessageRow {
  readonly id: number
  readonly contact: string
  readonly time: number
  readonly sender: string | null
  readonly category: string
  readonly onUncertain: string
  readonly text: string
  readonly segments: number
  readonly provider: string
  readonly expiresAt: number
  readonly status: Status
  readonly reason: string | null
  readonly providerMessageId: string | null
  readonly attempt: number
  readonly attemptsCounted: number
  readonly uncertainAttempts: number
  readonly crashes: number
  readonly startedAt: number | null
  readonly owner: number | null
  readonly updatedAt: number
}

export interface AttemptRow {
  readonly messageId: number
  readonly number: number
  readonly provider: string
  readonly providerMessageId: string | null
  readonly status: Status
  readonly reason: string | null
  readonly code: string | null
  readonly startedAt: number | null
  /** Whether it ever stood as uncertain: for the invariants, no column. */
  readonly wasUncertain: boolean
}

export interface DueRow {
  readonly id: number
  readonly messageId: number
  readonly lane: string
  readonly action: string
  readonly round: number
  readonly runAt: number
  readonly expiresAt: number
  readonly owner: number | null
}

export interface NotificationRow {
  readonly id: number
  readonly title: string
  readonly body: string
  readonly time: number
  readonly topic: string | null
  readonly content: unknown
  readonly category: string
  readonly onUncertain: string
  readonly provider: string
  readonly ttlSeconds: number | null
  readonly expiresAt: number
  readonly targets: number
  readonly tally: Readonly<Record<string, number>>
}

export interface ChunkRecord {
  readonly id: number
  readonly notificationId: number
  readonly tokenIds: readonly number[] | null
  readonly size: number
  readonly attempt: number
  readonly attemptsCounted: number
  readonly uncertainAttempts: number
  readonly crashes: number
  readonly started: number
  readonly settled: Buffer
  readonly tally: Readonly<Record<string, number>>
  readonly reason: string | null
  readonly providerMessageId: string | null
  readonly lane: string
  readonly runAt: number
  readonly updatedAt: number
  readonly owner: number | null
  readonly doneAt: number | null
  readonly cancelledAt: number | null
}

export interface TargetRow {
  readonly notificationId: number
  readonly tokenId: number
  readonly status: Status
  readonly reason: string | null
  readonly providerMessageId: string | null
  readonly uncertainAttempts: number
}

export interface TokenRow {
  readonly id: number
  readonly token: string
  readonly createdAt: number
  readonly lastOkAt: number | null
  readonly retiredAt: number | null
  readonly retiredReason: string | null
}

export interface ParkedRow {
  readonly id: number
  readonly provider: string
  readonly providerMessageId: string
  readonly status: string
  readonly reason: string | null
  readonly code: string | null
  readonly receivedAt: number
}

/** As the columns: `*` stands for all. */
export interface PauseRow {
  readonly provider: string
  readonly category: string
  readonly reason: string | null
  readonly pausedAt: number
}

export interface KeyRow {
  readonly resourceId: number
  readonly createdAt: number
}

/** A table by its key, with the locks that running transactions hold on its rows. */
export interface Table<Row> {
  readonly name: string
  readonly rows: Map<string | number, Row>
  readonly locks: Map<string | number, Lock[]>
}

/** As Postgres has them: `share` is FOR KEY SHARE, `change` an UPDATE that leaves the key alone, `all` FOR UPDATE and DELETE. */
export type LockMode = 'share' | 'change' | 'all'

export interface Lock {
  readonly holder: object
  mode: LockMode
}

export interface Tables {
  readonly nodes: Table<NodeRow>
  readonly contacts: Table<string>
  readonly messages: Table<MessageRow>
  readonly attempts: Table<AttemptRow>
  readonly due: Table<DueRow>
  readonly notifications: Table<NotificationRow>
  readonly chunks: Table<ChunkRecord>
  readonly targets: Table<TargetRow>
  readonly tokens: Table<TokenRow>
  readonly parked: Table<ParkedRow>
  readonly keys: Table<KeyRow>
  readonly pauses: Table<PauseRow>
  /** How many transactions have written something; a beat of a node's heart is not counted. */
  changes: number
  /** Whether anything was ever paused. */
  everPaused: boolean
  readonly sequences: {
    node: number
    message: number
    due: number
    notification: number
    chunk: number
    parked: number
  }
}

export function createTables(): Tables {
  return {
    nodes: table('nodes'),
    contacts: table('clients'),
    messages: table('messages'),
    attempts: table('attempts'),
    due: table('due'),
    notifications: table('notifications'),
    chunks: table('push_chunks'),
    targets: table('tokennotifications'),
    tokens: table('tokens'),
    parked: table('parked_receipts'),
    keys: table('idempotency_keys'),
    pauses: table('pauses'),
    changes: 0,
    everPaused: false,
    sequences: { node: 0, message: 0, due: 0, notification: 0, chunk: 0, parked: 0 },
  }
}

function table<Row>(name: string): Table<Row> {
  return { name, rows: new Map(), locks: new Map() }
}
