import type pg from 'pg'
import type { AuditEntry, BindingOutcome, Bindings, BindingTarget } from '../ports.ts'
import { inTransaction } from './in-transaction.ts'
import { insertAuditEvent } from './pending-audit-events.ts'

const PUT = `
insert into roster.binding as b (tenant_id, user_id, phone_system_id, extension) values ($1, $2, $3, $4)
on conflict (user_id, phone_system_id) do update set extension = excluded.extension, created_at = now()
where b.extension <> excluded.extension`

const REMOVE = 'delete from roster.binding where tenant_id = $1 and user_id = $2 and phone_system_id = $3 returning extension'

const HOLDER = `
select u.id as "userId", u.display_name as "displayName" from roster.binding b join roster.phone_user u on u.id = b.user_id
where b.tenant_id = $1 and b.phone_system_id = $2 and b.extension = $3`

const MOST_ATTEMPTS = 5

/** The database's constraints decide who holds an extension; this only tells what they said (AD-12). */
export function postgresBindings(pool: pg.Pool): Bindings {
  return {
    async put(target, extension, entry) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          const outcome = await inTransaction(pool, (client) => put(client, target, extension, entry))
          if (outcome) return outcome
        } catch (error) {
          const outcome = await readViolation(pool, error, target, extension)
          if (outcome) return outcome
          // Two users who swap extensions wait for each other, or the holder left meanwhile: once more.
          if (attempt >= MOST_ATTEMPTS) throw error
        }
      }
    },
    async remove({ tenantId, userId, phoneSystemId }, entry) {
      await inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ extension: string }>(REMOVE, [tenantId, userId, phoneSystemId])
        if (!rows[0]) return undefined
        await insertAuditEvent(client, { ...entry, details: { ...entry.details, extension: rows[0].extension } })
        return true
      })
    },
  }
}

async function put(client: pg.PoolClient, target: BindingTarget, extension: string, entry: AuditEntry): Promise<BindingOutcome> {
  const { tenantId, userId, phoneSystemId } = target
  // Locked against a sync run that disables the user meanwhile.
  const user = await client.query<{ status: string }>('select status from roster.phone_user where tenant_id = $1 and id = $2 for share', [
    tenantId,
    userId,
  ])
  if (!user.rows[0]) return { kind: 'user-not-found' }
  const system = await client.query<{ name: string }>('select name from roster.phone_system where tenant_id = $1 and id = $2', [
    tenantId,
    phoneSystemId,
  ])
  if (!system.rows[0]) return { kind: 'phone-system-not-found' }
  if (user.rows[0].status !== 'active') return { kind: 'user-not-active' }
  const written = await client.query(PUT, [tenantId, userId, phoneSystemId, extension])
  if (written.rowCount === 1) await insertAuditEvent(client, entry)
  return { kind: 'bound', binding: { phoneSystemId, phoneSystemName: system.rows[0].name, extension } }
}

/** Undefined when it is worth another attempt. Rethrows what is neither. */
async function readViolation(pool: pg.Pool, error: unknown, target: BindingTarget, extension: string): Promise<BindingOutcome | undefined> {
  const { code, constraint } = error as { code?: string; constraint?: string }
  if (code === '23503' && constraint === 'binding_to_extension') return { kind: 'extension-not-found' }
  if (code === '40P01') return undefined
  if (code !== '23505' || constraint !== 'binding_extension') throw error
  const { rows } = await pool.query<{ userId: string; displayName: string }>(HOLDER, [target.tenantId, target.phoneSystemId, extension])
  return rows[0] && { kind: 'taken', holder: rows[0] }
}
