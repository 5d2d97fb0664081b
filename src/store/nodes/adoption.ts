import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { Adopted } from './adopt-rows.ts'
import { adopt, type Adoption } from './adopt.ts'
import { isLockTimeout } from '../faults.ts'
import { findOriginal } from '../original.ts'

export interface AdoptionParts {
  /** Where the migrations are, and their names, without `.sql`, in their order. */
  readonly directory: string
  readonly names: readonly string[]
  /** The table that notes which were done. */
  readonly noted: string
  /** False: later ones are left out, as a restore does. Only a whole schema can take an old database over. */
  readonly whole: boolean
  /** ISO 3166-1 alpha-2; null: there is none. */
  readonly defaultCountry: string | null
}

export type Takeover =
  | { readonly kind: 'none' }
  | { readonly kind: 'adopted'; readonly adopted: Adopted }
  | { readonly kind: 'refused'; readonly problem: string }

/** A table in use is tried for again, a second later, this often. */
const ROUNDS = 10

/**
 * Looks at a database that no migration of ours was done to. Where it is the original application's, it is taken over, with all
 * migrations; where it is another program's, it is refused; `none`: our tables can be made in it.
 */
export async function takeOver(client: pg.Client, parts: AdoptionParts): Promise<Takeover> {
  const texts = parts.names.map((name) => ({ name, text: readFileSync(join(parts.directory, `${name}.sql`), 'utf8') }))
  const found = await findOriginal(client, [...texts.flatMap(({ text }) => tablesOf(text)), parts.noted])
  if (found.kind === 'free') return { kind: 'none' }
  if (found.kind === 'refused') return found
  if (!parts.whole) return NOT_EMPTY
  const makeSchema = (): Promise<void> => applyWithin(client, parts.noted, texts)
  for (let round = 1; ; round += 1) {
    try {
      return await adopt(client, { defaultCountry: parts.defaultCountry, makeSchema })
    } catch (error) {
      if (!isLockTimeout(error)) throw error
      if (round === ROUNDS) return IN_USE
      await delay(1_000)
    }
  }
}

const NOT_EMPTY: Takeover = {
  kind: 'refused',
  problem: 'The database holds the original application’s tables; take an empty one. Nothing was changed.',
}

const IN_USE: Adoption = {
  kind: 'refused',
  problem:
    'The original application’s database can’t be adopted while another program uses its tables: stop it and start again. Nothing was changed.',
}

function tablesOf(migration: string): string[] {
  return [...migration.matchAll(/^create (?:unlogged )?table (\w+)/gm)].flatMap((match) => match[1] ?? [])
}

/** As the runner does it, but in the transaction under way, which the runner would end. */
async function applyWithin(
  client: pg.Client,
  noted: string,
  migrations: readonly { readonly name: string; readonly text: string }[],
): Promise<void> {
  await client.query(
    `create table if not exists public.${noted} (id serial primary key, name varchar(255) not null, run_on timestamp not null)`,
  )
  for (const { name, text } of migrations) {
    await client.query(text)
    await client.query(`insert into public.${noted} (name, run_on) values ($1, now())`, [name])
  }
}
