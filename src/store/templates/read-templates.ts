import type { TemplateContent, TemplateKind } from '../../domain/templates/template.ts'
import type { Db } from '../db.ts'

/** Which versions of a template there are. */
export interface TemplateHead {
  readonly kind: TemplateKind
  /** The newest. */
  readonly version: number
  /** The oldest. */
  readonly firstVersion: number
}

/** One version with its texts. */
export interface TemplateRecord {
  readonly name: string
  readonly kind: TemplateKind
  readonly version: number
  readonly content: TemplateContent
  readonly createdAt: Date
}

/** One line of the list. */
export interface TemplateEntry {
  readonly name: string
  readonly kind: TemplateKind
  readonly version: number
  readonly defaultLocale: string
  readonly locales: readonly string[]
  readonly updatedAt: Date
}

export interface TemplateVersion {
  readonly version: number
  readonly locales: readonly string[]
  readonly createdAt: Date
}

/** Null: no such template. */
export async function readTemplateHead(db: Db, name: string): Promise<TemplateHead | null> {
  const { rows } = await db.query<TemplateHead>({
    name: 'read-template-head',
    text: `select kind, version, first_version as "firstVersion" from templates where name = $1 and deleted_at is null`,
    values: [name],
  })
  return rows[0] ?? null
}

/** Null: no such version. */
export async function readTemplateVersion(db: Db, name: string, version: number): Promise<TemplateRecord | null> {
  const { rows } = await db.query<TemplateRecord>({
    name: 'read-template-version',
    text: `select v.name, t.kind, v.version, v.content, v.created_at as "createdAt"
      from templates t join template_versions v on v.name = t.name
      where t.name = $1 and v.version = $2 and t.deleted_at is null`,
    values: [name, version],
  })
  return rows[0] ?? null
}

/** By name, those after this one. */
export async function listTemplates(db: Db, after: string, limit: number): Promise<TemplateEntry[]> {
  const { rows } = await db.query<TemplateEntry>({
    name: 'list-templates',
    text: `select t.name, t.kind, t.version, v.content ->> 'default_locale' as "defaultLocale",
        array(select json_object_keys(v.content -> 'locales')) as locales, t.updated_at as "updatedAt"
      from templates t join template_versions v on v.name = t.name and v.version = t.version
      where t.name > $1 and t.deleted_at is null order by t.name limit $2`,
    values: [after, limit],
  })
  return rows
}

/** Newest first, those before this one. */
export async function listTemplateVersions(
  db: Db,
  name: string,
  before: number,
  limit: number,
): Promise<TemplateVersion[]> {
  const { rows } = await db.query<TemplateVersion>({
    name: 'list-template-versions',
    text: `select version, array(select json_object_keys(content -> 'locales')) as locales, created_at as "createdAt"
      from template_versions where name = $1 and version < $2 order by version desc limit $3`,
    values: [name, before, limit],
  })
  return rows
}

/** Names that a slip of the pen may have meant: some, in order. */
export async function listTemplateNames(db: Db, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>({
    name: 'list-template-names',
    text: `select name from templates where deleted_at is null order by name limit $1`,
    values: [limit],
  })
  return rows.map((row) => row.name)
}
