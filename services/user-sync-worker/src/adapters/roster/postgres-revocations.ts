import type { Revocation } from '@jackfield/contract/internal/revocation'
import type pg from 'pg'

// A claim lasts half a minute. Tenants take turns, so that one with a thousand revocations delays no other (T-130).
const CLAIM = `
update roster.revocation set not_before = now() + interval '30 seconds' where (tenant_id, user_id) in (
  select tenant_id, user_id from roster.revocation where not_before <= now() and (tenant_id, user_id) in (
    select tenant_id, user_id from (
      select *, row_number() over (partition by tenant_id order by not_before) as place from roster.revocation where not_before <= now()) due
    order by place, not_before limit $1)
  for update skip locked)
returning tenant_id as "tenantId", user_id as "userId", valid_after as "validAfter"`

// Keeps people who were revoked again meanwhile, and rows that are locked by a writer.
const FORGET = `
delete from roster.revocation where (tenant_id, user_id) in (
  select tenant_id, user_id from roster.revocation
  where (tenant_id, user_id, valid_after) in (select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[])) for update skip locked)`

/** No session lives longer (the gateway's absolute limit). */
const FORGET_OLD = `delete from roster.revocation where valid_after < now() - interval '14 days'`

/**
 * People whose sessions ended, until their apps are told. The rows are written by a trigger, in the transaction of the
 * cause.
 */
export function postgresRevocations(pool: pg.Pool) {
  return {
    async claim(limit: number): Promise<Revocation[]> {
      const { rows } = await pool.query<Omit<Revocation, 'validAfter'> & { validAfter: Date }>(CLAIM, [limit])
      return rows.map((row) => ({ ...row, validAfter: row.validAfter.toISOString() }))
    },
    async forget(told: readonly Revocation[]): Promise<void> {
      const column = (name: keyof Revocation) => told.map((each) => each[name])
      await pool.query(FORGET, [column('tenantId'), column('userId'), column('validAfter')])
    },
    async forgetOld(): Promise<void> {
      await pool.query(FORGET_OLD)
    },
  }
}
