import type { Extension, PhoneSystem } from '@jackfield/contract/phone-system'
import { ExtensionNumber } from '@jackfield/contract/phone-user'
import { decodeCursor, encodeCursor, isUuid } from '@jackfield/postgres/cursor'
import type pg from 'pg'
import { v7 as newId } from 'uuid'
import { type HoldPolicy, holderOf, type ReadHolder } from '../../domain/extension-hold.ts'
import type { PhoneSystems } from '../../ports.ts'
import { inTransaction } from '../in-transaction.ts'
import { insertAuditEvent } from '../outbox/pending-audit-events.ts'
import { HOLDER_COLUMNS, HOLDER_OF_EXTENSION } from './holder-columns.ts'

const CREATE = 'insert into roster.phone_system (id, tenant_id, name) values ($1, $2, $3) returning *'
const FIND = 'select * from roster.phone_system where tenant_id = $1 and id = $2'
const LIST = `
select * from roster.phone_system where tenant_id = $1 and ($2::uuid is null or id > $2) order by id limit $3`

const ADD_EXTENSIONS = `
insert into roster.extension (tenant_id, phone_system_id, number, name)
select $1, $2, t.number, t.name from unnest($3::text[], $4::text[]) as t (number, name) order by t.number
on conflict do nothing`

// Shorter numbers first: 99 before 100.
const LIST_EXTENSIONS = `
select e.number, e.name, case when u.id is not null then ${HOLDER_COLUMNS} end as holder
from roster.extension e ${HOLDER_OF_EXTENSION}
where e.tenant_id = $1 and e.phone_system_id = $2 and ($3::text is null or (length(e.number), e.number) > (length($3), $3))
order by length(e.number), e.number limit $4`

type Row = { id: string; tenant_id: string; name: string; created_at: Date }
type ExtensionRow = Omit<Extension, 'holder'> & { holder: ReadHolder | null }
const isNumber = (text: string) => ExtensionNumber.safeParse(text).data === text

export function postgresPhoneSystems(pool: pg.Pool, holds: HoldPolicy): PhoneSystems {
  return {
    async create(tenantId, name, entryFor) {
      const id = newId()
      const created = await inTransaction(pool, async (client) => {
        const { rows } = await client.query<Row>(CREATE, [id, tenantId, name])
        await insertAuditEvent(client, entryFor(id))
        return rows[0]
      })
      if (!created) throw new Error('The insert returned no row.')
      return toPhoneSystem(created)
    },
    async find(tenantId, phoneSystemId) {
      const { rows } = await pool.query<Row>(FIND, [tenantId, phoneSystemId])
      return rows[0] && toPhoneSystem(rows[0])
    },
    async list(tenantId, { cursor, limit }) {
      const [after] = cursor === undefined ? [null] : (decodeCursor(cursor, isUuid) ?? [])
      if (after === undefined) return { kind: 'bad-cursor' }
      const { rows } = await pool.query<Row>(LIST, [tenantId, after, limit + 1])
      const items = rows.slice(0, limit).map(toPhoneSystem)
      return { items, nextCursor: rows.length > limit ? encodeCursor([items.at(-1)?.id ?? '']) : null }
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
      const [after] = cursor === undefined ? [null] : (decodeCursor(cursor, isNumber) ?? [])
      if (after === undefined) return { kind: 'bad-cursor' }
      const { rows } = await pool.query<ExtensionRow>(LIST_EXTENSIONS, [tenantId, phoneSystemId, after, limit + 1])
      const items = rows.slice(0, limit).map(({ holder, ...row }) => ({ ...row, holder: holderOf(holder, holds) }))
      return { items, nextCursor: rows.length > limit ? encodeCursor([items.at(-1)?.number ?? '']) : null }
    },
  }
}

function toPhoneSystem({ id, tenant_id: tenantId, name, created_at: createdAt }: Row): PhoneSystem {
  return { id, tenantId, name, createdAt: createdAt.toISOString() }
}
