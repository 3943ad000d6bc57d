import type { LogoutNotice } from '../domain/logout-notice.ts'
import type { ClaimedLogoutNotice, DueLogoutNotice, LogoutNotices } from '../ports.ts'

type Queryable = { query<Row>(text: string, values: unknown[]): Promise<{ rows: Row[] }> }

const ADD = `
insert into gateway.logout_notice (tenant_id, issuer, client_id, url, sub, sid)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])`

/** Bounds memory; far above the number of slots. */
const MOST_LISTED = 10_000

const LIST_DUE = `
select id, url as receiver, client_id as app, tenant from (
  select *, row_number() over (partition by url, tenant order by not_before) as place from (
    select id, url, client_id, not_before, coalesce(tenant_id, issuer) as tenant from gateway.logout_notice where not_before <= now()) due
  ) placed
where place <= $1 order by place, not_before limit ${MOST_LISTED}`

// A claim lasts half a minute; after a crash another replica tries.
const CLAIM = `
update gateway.logout_notice set attempts = attempts + 1, not_before = now() + interval '30 seconds' where id in (
  select id from gateway.logout_notice where id = any($1::uuid[]) and not_before <= now() for update skip locked)
returning id, tenant_id as "tenantId", issuer, client_id as "clientId", url, sub, sid, attempts`

/** Logout notices, kept until their app has answered or is given up. */
export function postgresLogoutNotices(db: Queryable): LogoutNotices {
  return {
    async add(notices) {
      if (notices.length === 0) return
      const column = (name: keyof LogoutNotice) => notices.map((notice) => notice[name])
      await db.query(ADD, [
        column('tenantId'),
        column('issuer'),
        column('clientId'),
        column('url'),
        column('sub'),
        column('sid'),
      ])
    },
    async listDue(limitOfReceiver) {
      return (await db.query<DueLogoutNotice>(LIST_DUE, [limitOfReceiver])).rows
    },
    async claim(ids) {
      return (await db.query<ClaimedLogoutNotice>(CLAIM, [ids])).rows
    },
    async remove(id) {
      await db.query('delete from gateway.logout_notice where id = $1', [id])
    },
    async postpone(id, seconds) {
      await db.query(`update gateway.logout_notice set not_before = now() + $2 * interval '1 second' where id = $1`, [
        id,
        seconds,
      ])
    },
    async putBack(id) {
      await db.query('update gateway.logout_notice set attempts = attempts - 1 where id = $1', [id])
    },
  }
}
