import type { Binding, ExtensionHolder } from '@jackfield/contract/roster/phone-user'
import { inTransaction } from '@jackfield/postgres/transaction'
import type pg from 'pg'
import { type HoldPolicy, holderOf, type ReadHolder } from '../../domain/extension-hold.ts'
import type { AuditEntry, IsSeen } from '../../ports.ts'
import { insertAuditEvent } from '../outbox/pending-audit-events.ts'
import { HOLDER_COLUMNS } from './holder-columns.ts'

const PUT = `
insert into roster.binding as b (tenant_id, user_id, phone_system_id, extension) values ($1, $2, $3, $4)
on conflict (user_id, phone_system_id) do update set extension = excluded.extension, created_at = now()
where b.extension <> excluded.extension`

const OTHER = `
select extension from roster.binding where tenant_id = $1 and user_id = $2 and phone_system_id = $3 and extension <> $4`

const FORGET = 'delete from roster.released_binding where tenant_id = $1 and user_id = $2 and phone_system_id = $3'

const REMOVE =
  'delete from roster.binding where tenant_id = $1 and user_id = $2 and phone_system_id = $3 returning extension'

// Locks the user against a sync run that disables them and against concurrent bindings.
const USER = 'select status, version from roster.phone_user where tenant_id = $1 and id = $2 for no key update'
const RENEW =
  'update roster.phone_user set version = version + 1, updated_at = now() where tenant_id = $1 and id = $2 returning version'
type UserRow = { status: string; version: number }

const HOLDER = `
select ${HOLDER_COLUMNS} as holder from roster.binding b join roster.phone_user u
  on u.tenant_id = b.tenant_id and u.id = b.user_id
where b.tenant_id = $1 and b.phone_system_id = $2 and b.extension = $3`

const MOST_ATTEMPTS = 5
const ALREADY_BOUND = { kind: 'user-already-bound' } as const

type BindingTarget = { tenantId: string; userId: string; phoneSystemId: string }
type BindingOutcome =
  | { kind: 'bound'; binding: Binding; version: number }
  | {
      kind: 'user-not-found' | 'user-not-active' | 'phone-system-not-found' | 'extension-not-found' | 'version-conflict'
    }
  | { kind: 'taken'; holder: ExtensionHolder }
type Unbinding = { kind: 'unbound'; version: number } | { kind: 'user-not-found' | 'version-conflict' }

/**
 * Bindings are a part of their user: each change makes a new version of the user. Constraints of the database decide who
 * holds an extension (AD-12).
 */
export function postgresBindings(pool: pg.Pool, holds: HoldPolicy) {
  async function untilDecided<Outcome>(
    target: BindingTarget,
    extension: string,
    work: (client: pg.PoolClient) => Promise<Outcome>,
  ): Promise<Outcome | BindingOutcome> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await inTransaction(pool, work)
      } catch (error) {
        const outcome = await readViolation(pool, holds, error, target, extension)
        if (outcome) return outcome
        // Retries a deadlock of two users who swap extensions, or a holder who left meanwhile.
        if (attempt >= MOST_ATTEMPTS) throw error
      }
    }
  }

  return {
    /** `entry` is recorded when the binding changes. */
    put: (target: BindingTarget, extension: string, entry: AuditEntry, isSeen: IsSeen = () => true) =>
      untilDecided(target, extension, (client) => put(client, target, extension, entry, isSeen)),
    /** Accepts a suggestion, which was made for an unbound person: a binding that was made since stays (T-127). */
    accept: (target: BindingTarget, extension: string, entry: AuditEntry) =>
      untilDecided(target, extension, async (client) => {
        const { tenantId, userId, phoneSystemId } = target
        await client.query(USER, [tenantId, userId])
        const isBound = (await client.query(OTHER, [tenantId, userId, phoneSystemId, extension])).rowCount === 1
        return isBound ? ALREADY_BOUND : put(client, target, extension, entry, () => true)
      }),
    /** Also when nothing was bound; then nothing is recorded. */
    remove: ({ tenantId, userId, phoneSystemId }: BindingTarget, entry: AuditEntry, isSeen: IsSeen = () => true) =>
      inTransaction(pool, async (client): Promise<Unbinding> => {
        const user = (await client.query<UserRow>(USER, [tenantId, userId])).rows[0]
        if (!user) return { kind: 'user-not-found' }
        if (!isSeen(user.version)) return { kind: 'version-conflict' }
        const { rows } = await client.query<{ extension: string }>(REMOVE, [tenantId, userId, phoneSystemId])
        await client.query(FORGET, [tenantId, userId, phoneSystemId])
        if (!rows[0]) return { kind: 'unbound', version: user.version }
        await insertAuditEvent(client, { ...entry, details: { ...entry.details, extension: rows[0].extension } })
        return { kind: 'unbound', version: await renew(client, tenantId, userId) }
      }),
  }
}

async function put(
  client: pg.PoolClient,
  target: BindingTarget,
  extension: string,
  entry: AuditEntry,
  isSeen: IsSeen,
): Promise<BindingOutcome> {
  const { tenantId, userId, phoneSystemId } = target
  const user = (await client.query<UserRow>(USER, [tenantId, userId])).rows[0]
  if (!user) return { kind: 'user-not-found' }
  if (!isSeen(user.version)) return { kind: 'version-conflict' }
  const system = await client.query<{ name: string }>(
    'select name from roster.phone_system where tenant_id = $1 and id = $2',
    [tenantId, phoneSystemId],
  )
  if (!system.rows[0]) return { kind: 'phone-system-not-found' }
  if (user.status !== 'active') return { kind: 'user-not-active' }
  const written = await client.query(PUT, [tenantId, userId, phoneSystemId, extension])
  // A binding by hand replaces the released one.
  await client.query(FORGET, [tenantId, userId, phoneSystemId])
  const isChanged = written.rowCount === 1
  if (isChanged) await insertAuditEvent(client, entry)
  const version = isChanged ? await renew(client, tenantId, userId) : user.version
  return { kind: 'bound', version, binding: { phoneSystemId, phoneSystemName: system.rows[0].name, extension } }
}

async function renew(client: pg.PoolClient, tenantId: string, userId: string): Promise<number> {
  const { rows } = await client.query<{ version: number }>(RENEW, [tenantId, userId])
  if (!rows[0]) throw new Error('A locked user is gone.')
  return rows[0].version
}

/** The outcome of a constraint violation; undefined when a retry may succeed. Rethrows other errors. */
async function readViolation(
  pool: pg.Pool,
  holds: HoldPolicy,
  error: unknown,
  target: BindingTarget,
  extension: string,
): Promise<BindingOutcome | undefined> {
  const { code, constraint } = error as { code?: string; constraint?: string }
  if (code === '23503' && constraint === 'binding_to_extension') return { kind: 'extension-not-found' }
  if (code === '40P01') return undefined
  if (code !== '23505' || constraint !== 'binding_extension') throw error
  const { rows } = await pool.query<{ holder: ReadHolder }>(HOLDER, [target.tenantId, target.phoneSystemId, extension])
  const holder = holderOf(rows[0]?.holder ?? null, holds)
  return holder ? { kind: 'taken', holder } : undefined
}
