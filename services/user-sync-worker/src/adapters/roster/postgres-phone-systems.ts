import { UNCHANGING_VERSION, type Versioned } from '@jackfield/contract/http/entity-tag'
import type { Extension, NewExtensions, PhoneSystem } from '@jackfield/contract/roster/phone-system'
import type { Range } from '@jackfield/postgres/list-page'
import { inTransaction } from '@jackfield/postgres/transaction'
import type pg from 'pg'
import { v7 as newId } from 'uuid'
import { type HoldPolicy, holderOf, type ReadHolder } from '../../domain/extension-hold.ts'
import type { AuditEntry } from '../../ports.ts'
import { insertAuditEvent } from '../outbox/pending-audit-events.ts'
import { isFull } from '../tenant-limit.ts'
import { HOLDER_COLUMNS, HOLDER_OF_EXTENSION } from './holder-columns.ts'

const COLUMNS = 'id, tenant_id as "tenantId", name, created_at as "createdAt"'
const CREATE = `insert into roster.phone_system (id, tenant_id, name) values ($1, $2, $3) returning ${COLUMNS}`
const FIND = `select ${COLUMNS} from roster.phone_system where tenant_id = $1 and id = $2`
const LIST = `
select ${COLUMNS} from roster.phone_system where tenant_id = $1 and ($2::uuid is null or id > $2) order by id limit $3`

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

type Row = Omit<PhoneSystem, 'createdAt'> & { createdAt: Date }

export function postgresPhoneSystems(pool: pg.Pool, holds: HoldPolicy) {
  return {
    create: (
      tenantId: string,
      name: string,
      entryFor: (id: string) => AuditEntry,
    ): Promise<PhoneSystem | 'limit-reached'> =>
      inTransaction(pool, async (client) => {
        if (await isFull(client, 'phone-systems', [tenantId])) return 'limit-reached'
        const id = newId()
        const { rows } = await client.query<Row>(CREATE, [id, tenantId, name])
        await insertAuditEvent(client, entryFor(id))
        return toPhoneSystem(rows[0] as Row)
      }),
    async find(tenantId: string, phoneSystemId: string): Promise<PhoneSystem | undefined> {
      const { rows } = await pool.query<Row>(FIND, [tenantId, phoneSystemId])
      return rows[0] && toPhoneSystem(rows[0])
    },
    async list(tenantId: string, { after, limit }: Range): Promise<PhoneSystem[]> {
      return (await pool.query<Row>(LIST, [tenantId, after, limit])).rows.map(toPhoneSystem)
    },
    /** Existing numbers stay as they are. */
    async addExtensions(
      tenantId: string,
      phoneSystemId: string,
      items: NewExtensions['items'],
      entryFor: (created: number) => AuditEntry,
    ): Promise<{ created: number; unchanged: number } | 'limit-reached'> {
      const named = [...new Map(items.map((item) => [item.number, item])).values()]
      const numbers = named.map(({ number }) => number)
      const names = named.map(({ name }) => name ?? null)
      const created = await inTransaction(pool, async (client) => {
        const added = (await client.query(ADD_EXTENSIONS, [tenantId, phoneSystemId, numbers, names])).rowCount ?? 0
        if (added > 0 && (await isFull(client, 'extensions', [tenantId, phoneSystemId], 0))) return undefined
        if (added > 0) await insertAuditEvent(client, entryFor(added))
        return added
      })
      return created === undefined ? 'limit-reached' : { created, unchanged: named.length - created }
    },
    async listExtensions(tenantId: string, phoneSystemId: string, { after, limit }: Range): Promise<Extension[]> {
      type ExtensionRow = Omit<Extension, 'holder'> & { holder: ReadHolder | null }
      const { rows } = await pool.query<ExtensionRow>(LIST_EXTENSIONS, [tenantId, phoneSystemId, after, limit])
      return rows.map(({ holder, ...row }) => ({ ...row, holder: holderOf(holder, holds) }))
    },
  }
}

function toPhoneSystem({ createdAt, ...row }: Row): Versioned<PhoneSystem> {
  return { ...row, createdAt: createdAt.toISOString(), version: UNCHANGING_VERSION }
}
