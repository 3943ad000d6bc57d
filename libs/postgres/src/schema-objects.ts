import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

/** Within one kind, files do not depend on each other; each kind may use the ones before it. */
const KINDS = ['functions', 'triggers', 'policies']
/** Role and row-level security of a service with tenants. */
const TENANT_FILES = fileURLToPath(new URL('../sql', import.meta.url))

/** What policies are made by. Where it leaves one alone it takes no lock, so all of them are applied when it changes. */
const CONFINE = 'functions/confine.sql'

type SqlFile = { name: string; text: string }

type SchemaObjects = {
  folder: string
  /** Names the table of what was applied: `migrations.<service>_files`. */
  service: string
  /** The journal of the tables' migrations: when it changes, every file is applied again. */
  journal: string
  /** The schema whose tables with a tenant are confined to it, and the role that the service works under. */
  tenants?: { schema: string; role: string } | undefined
  values?: Readonly<Record<string, string>> | undefined
}

/**
 * Applies a service's named SQL files, each of which can be applied again: `role.sql` every time, since roles belong to
 * the cluster and not to the database (FC-64); a file of `functions/`, `triggers/` or `policies/` when it, its values
 * or the tables changed, one of `policies/` also when `confine.sql` did. One transaction, under the migration lock that
 * the caller holds.
 */
export async function applySchemaObjects(
  client: pg.Client,
  { folder, service, journal, tenants, values }: SchemaObjects,
): Promise<void> {
  const folders = tenants ? [TENANT_FILES, folder] : [folder]
  const read = (pattern: string) => folders.flatMap((from) => readFiles(from, pattern, { ...values, ...tenants }))
  const objects = KINDS.flatMap((kind) => read(`${kind}/*.sql`))
  const applied = `migrations.${pg.escapeIdentifier(`${service}_files`)}`
  await client.query('begin')
  try {
    // A function may call one of a later file.
    await client.query('set local check_function_bodies = off')
    await client.query(`create table if not exists ${applied} (name text primary key, digest text not null)`)
    for (const file of read('role.sql')) await apply(client, file)
    const { rows } = await client.query<{ name: string; digest: string }>(`select name, digest from ${applied}`)
    const digests = new Map(rows.map(({ name, digest }) => [name, digest]))
    const confine = objects.find(({ name }) => name === CONFINE)?.text ?? ''
    const digestOf = (file: SqlFile) =>
      digest(journal, ...(file.name.startsWith('policies/') ? [confine] : []), file.text)
    const changed = objects.filter((file) => digests.get(file.name) !== digestOf(file))
    if (changed.length > 0 && !(await isOlder(client, service, journal))) {
      for (const file of changed) {
        await apply(client, file)
        await client.query(
          `insert into ${applied} values ($1, $2) on conflict (name) do update set digest = excluded.digest`,
          [file.name, digestOf(file)],
        )
      }
    }
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

/**
 * Whether the tables are those of a later release: a replica of this one that starts during a rolling update must not
 * put its own functions back.
 */
async function isOlder(client: pg.Client, service: string, journal: string): Promise<boolean> {
  const { rows } = await client.query(
    `select max(created_at) as latest from migrations.${pg.escapeIdentifier(service)}`,
  )
  return Number(rows[0]?.latest ?? 0) > latestOf(journal)
}

/** When the latest migration of a journal was made: what drizzle notes for an applied one. */
export function latestOf(journal: string): number {
  const { entries } = JSON.parse(journal) as { entries: ReadonlyArray<{ when: number }> }
  return Math.max(0, ...entries.map(({ when }) => when))
}

async function apply(client: pg.Client, { name, text }: SqlFile): Promise<void> {
  try {
    await client.query(text)
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

/** @throws Error for a `{{name}}` without a value. */
function readFiles(folder: string, pattern: string, values: Readonly<Record<string, string>>): SqlFile[] {
  return globSync(pattern, { cwd: folder })
    .sort()
    .map((name) => {
      const text = readFileSync(join(folder, name), 'utf8').replaceAll(/\{\{(\w+)\}\}/g, (_, placeholder: string) => {
        const value = values[placeholder]
        if (value === undefined) throw new Error(`${name}: nothing is given for {{${placeholder}}}`)
        return value
      })
      return { name, text }
    })
}

function digest(...texts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(text).update('\0')
  return hash.digest('hex')
}
