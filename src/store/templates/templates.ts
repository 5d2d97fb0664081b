import type { Caller } from '../../domain/caller.ts'
import type { TemplateContent, TemplateKind } from '../../domain/templates/template.ts'
import { doneBy, writeAudit } from '../keys/audit.ts'
import type { Db, DbClient } from '../db.ts'
import { inTransaction } from '../transaction.ts'

/** What came of storing a template. `other_kind`: one by this name is there, for another channel. */
export type StoredTemplate =
  | { readonly kind: 'stored'; readonly version: number; readonly changed: boolean; readonly createdAt: Date }
  | { readonly kind: 'other_kind' }

/**
 * Stores the content as a new version, unless the newest one is the same; several that come at once become several versions. `caller`: who
 * it was, for the audit.
 */
export async function storeTemplate(
  db: Db,
  name: string,
  kind: TemplateKind,
  content: TemplateContent,
  caller: Caller,
): Promise<StoredTemplate> {
  return inTransaction(db, async (client) => {
    const text = JSON.stringify(content)
    const head = await lockHead(client, name, kind)
    if (!head.deleted && head.kind !== kind) return { kind: 'other_kind' }
    const same = await sameAsNewest(client, name, head.version, text)
    if (same !== null) return { kind: 'stored', version: head.version, changed: false, createdAt: same }
    const version = head.version + 1
    const createdAt = await addVersion(client, name, kind, version, text)
    await writeAudit(client, { ...doneBy(caller), act: 'template.stored', what: `${name}@${version}` })
    return { kind: 'stored', version, changed: true, createdAt }
  })
}

/** Its texts go; its name and the number of its last version stay. Resolves with whether it was there. */
export async function deleteTemplate(db: Db, name: string, caller: Caller): Promise<boolean> {
  return inTransaction(db, async (client) => {
    const { rowCount } = await client.query({
      name: 'delete-template',
      text: `update templates set deleted_at = now(), updated_at = now() where name = $1 and deleted_at is null`,
      values: [name],
    })
    // By a statement of its own: it must see a version that was added while the one before waited.
    await client.query({
      name: 'delete-template-versions',
      text: `delete from template_versions where name = $1`,
      values: [name],
    })
    if (rowCount === 1) await writeAudit(client, { ...doneBy(caller), act: 'template.deleted', what: name })
    return rowCount === 1
  })
}

interface Head {
  readonly kind: TemplateKind
  readonly version: number
  /** Also true where it was not there yet. */
  readonly deleted: boolean
}

/** The row that everybody who changes this template waits for. */
async function lockHead(client: DbClient, name: string, kind: TemplateKind): Promise<Head> {
  const { rows } = await client.query<Head>({
    name: 'lock-template',
    text: `insert into templates (name, kind, version, first_version, deleted_at) values ($1, $2, 0, 1, now())
      on conflict (name) do update set name = excluded.name
      returning kind, version, deleted_at is not null as deleted`,
    values: [name, kind],
  })
  const head = rows[0]
  if (head === undefined) throw new Error('a template was neither inserted nor found')
  return head
}

/** When the newest version was made, if it is the same; null: it is another one. */
async function sameAsNewest(client: DbClient, name: string, version: number, content: string): Promise<Date | null> {
  const { rows } = await client.query<{ createdAt: Date }>({
    name: 'same-template',
    text: `select created_at as "createdAt" from template_versions
      where name = $1 and version = $2 and content::jsonb = $3::jsonb`,
    values: [name, version, content],
  })
  return rows[0]?.createdAt ?? null
}

async function addVersion(
  client: DbClient,
  name: string,
  kind: TemplateKind,
  version: number,
  content: string,
): Promise<Date> {
  await client.query({
    name: 'raise-template',
    text: `update templates set kind = $2, version = $3, updated_at = now(), deleted_at = null,
        first_version = case when deleted_at is null then first_version else $3 end
      where name = $1`,
    values: [name, kind, version],
  })
  const { rows } = await client.query<{ createdAt: Date }>({
    name: 'add-template-version',
    text: `insert into template_versions (name, version, content) values ($1, $2, $3)
      returning created_at as "createdAt"`,
    values: [name, version, content],
  })
  const added = rows[0]
  if (added === undefined) throw new Error('a version was not inserted')
  return added.createdAt
}
