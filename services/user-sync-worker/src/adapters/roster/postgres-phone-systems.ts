import type { Extension } from '@jackfield/contract/phone-system'
import { ExtensionNumber } from '@jackfield/contract/phone-user'
import { isUuid, pageStart, toPage } from '@jackfield/postgres/cursor'
import { and, drizzle, eq, gt } from '@jackfield/postgres/drizzle'
import { inTransaction } from '@jackfield/postgres/transaction'
import type pg from 'pg'
import { v7 as newId } from 'uuid'
import { type HoldPolicy, holderOf, type ReadHolder } from '../../domain/extension-hold.ts'
import type { PhoneSystems } from '../../ports.ts'
import { insertAuditEvent } from '../outbox/pending-audit-events.ts'
import { HOLDER_COLUMNS, HOLDER_OF_EXTENSION } from './holder-columns.ts'
import { phoneSystem } from './schema.ts'

const ADD_EXTENSIONS = `
insert into roster.extension (tenant_id, phone_system_id, number, name)
select $1, $2, t.number, t.name from unnest($3::text[], $4::text[]) as t (number, name) order by t.number
on conflict do nothing`

// Shorter numbers first: 99 stands before 100.
const LIST_EXTENSIONS = `
select e.number, e.name, case when u.id is not null then ${HOLDER_COLUMNS} end as holder
from roster.extension e ${HOLDER_OF_EXTENSION}
where e.tenant_id = $1 and e.phone_system_id = $2 and ($3::text is null or (length(e.number), e.number) > (length($3), $3))
order by length(e.number), e.number limit $4`

const isNumber = (text: string) => ExtensionNumber.safeParse(text).data === text

export function postgresPhoneSystems(pool: pg.Pool, holds: HoldPolicy): PhoneSystems {
  const db = drizzle(pool)
  return {
    async create(tenantId, name, entryFor) {
      const id = newId()
      const created = await inTransaction(pool, async (client) => {
        const [row] = await drizzle(client).insert(phoneSystem).values({ id, tenantId, name }).returning()
        await insertAuditEvent(client, entryFor(id))
        return row
      })
      if (!created) throw new Error('The insert returned no row.')
      return toPhoneSystem(created)
    },
    async find(tenantId, phoneSystemId) {
      const [row] = await db
        .select()
        .from(phoneSystem)
        .where(and(eq(phoneSystem.tenantId, tenantId), eq(phoneSystem.id, phoneSystemId)))
      return row && toPhoneSystem(row)
    },
    async list(tenantId, { cursor, limit }) {
      const [after] = pageStart(cursor, isUuid) ?? []
      if (after === undefined) return { kind: 'bad-cursor' }
      const rows = await db
        .select()
        .from(phoneSystem)
        .where(and(eq(phoneSystem.tenantId, tenantId), after === null ? undefined : gt(phoneSystem.id, after)))
        .orderBy(phoneSystem.id)
        .limit(limit + 1)
      return toPage(rows.map(toPhoneSystem), limit, ({ id }) => [id])
    },
    async addExtensions(tenantId, phoneSystemId, items, entryFor) {
      const named = [...new Map(items.map((item) => [item.number, item])).values()]
      const numbers = named.map(({ number }) => number)
      const names = named.map(({ name }) => name ?? null)
      const created = await inTransaction(pool, async (client) => {
        const added = (await client.query(ADD_EXTENSIONS, [tenantId, phoneSystemId, numbers, names])).rowCount ?? 0
        if (added > 0) await insertAuditEvent(client, entryFor(added))
        return added
      })
      return { created: created ?? 0, unchanged: named.length - (created ?? 0) }
    },
    async listExtensions(tenantId, phoneSystemId, { cursor, limit }) {
      const [after] = pageStart(cursor, isNumber) ?? []
      if (after === undefined) return { kind: 'bad-cursor' }
      type Row = Omit<Extension, 'holder'> & { holder: ReadHolder | null }
      const { rows } = await pool.query<Row>(LIST_EXTENSIONS, [tenantId, phoneSystemId, after, limit + 1])
      const extensions = rows.map(({ holder, ...row }) => ({ ...row, holder: holderOf(holder, holds) }))
      return toPage(extensions, limit, ({ number }) => [number])
    },
  }
}

function toPhoneSystem({ createdAt, ...row }: typeof phoneSystem.$inferSelect) {
  return { ...row, createdAt: createdAt.toISOString() }
}
