import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'

/** Within one kind, files do not depend on each other; each kind may use the ones before it. */
const KINDS = ['functions', 'triggers', 'policies']

type SqlFile = { name: string; text: string }

/**
 * Applies a service's named SQL files, each of which can be applied again: `role.sql` every time, since roles belong to
 * the cluster and not to the database (FC-64); `functions/`, `triggers/` and `policies/` whenever one of them, its
 * values, or the tables changed. One transaction; whoever calls holds the migration lock.
 */
export async function applySchemaObjects(
  client: pg.Client,
  folder: string,
  service: string,
  tables: string,
  values: Readonly<Record<string, string>> = {},
): Promise<void> {
  const objects = KINDS.flatMap((kind) => readFiles(folder, `${kind}/*.sql`)).map((file) => filled(file, values))
  const digest = digestOf(tables, objects)
  const noted = `migrations.${pg.escapeIdentifier(`${service}_objects`)}`
  await client.query('begin')
  try {
    // A function may call one of a later file.
    await client.query('set local check_function_bodies = off')
    await client.query(`create table if not exists ${noted} (digest text not null)`)
    for (const { text } of readFiles(folder, 'role.sql')) await client.query(text)
    const { rows } = await client.query(`select digest from ${noted}`)
    if (rows[0]?.digest !== digest && !(await isOlder(client, service, tables))) {
      for (const file of objects) await apply(client, file)
      await client.query(`delete from ${noted}`)
      await client.query(`insert into ${noted} values ($1)`, [digest])
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
  const { entries } = JSON.parse(journal) as { entries: ReadonlyArray<{ when: number }> }
  const own = Math.max(0, ...entries.map(({ when }) => when))
  const { rows } = await client.query(
    `select max(created_at) as latest from migrations.${pg.escapeIdentifier(service)}`,
  )
  return Number(rows[0]?.latest ?? 0) > own
}

async function apply(client: pg.Client, { name, text }: SqlFile): Promise<void> {
  try {
    await client.query(text)
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

function readFiles(folder: string, pattern: string): SqlFile[] {
  return globSync(pattern, { cwd: folder })
    .sort()
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
}

/** @throws Error for a `{{name}}` without a value. */
function filled({ name, text }: SqlFile, values: Readonly<Record<string, string>>): SqlFile {
  const fill = (_: string, placeholder: string) => {
    const value = values[placeholder]
    if (value === undefined) throw new Error(`${name}: nothing is given for {{${placeholder}}}`)
    return value
  }
  return { name, text: text.replaceAll(/\{\{(\w+)\}\}/g, fill) }
}

function digestOf(tables: string, files: readonly SqlFile[]): string {
  const hash = createHash('sha256').update(tables)
  for (const { name, text } of files) hash.update(`\0${name}\0${text}`)
  return hash.digest('hex')
}
