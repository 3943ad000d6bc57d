import type { LogoutNotice } from '../domain/logout-notice.ts'
import type { LogoutNotices } from '../ports.ts'

type Queryable = { query<Row>(text: string, values: unknown[]): Promise<{ rows: Row[] }> }

const ADD = `
insert into gateway.logout_notice (issuer, client_id, url, sub, sid)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])`

// Whoever claims one has half a minute for it; should it die meanwhile, another tries.
const CLAIM = `
update gateway.logout_notice set attempts = attempts + 1, not_before = now() + interval '30 seconds' where id in (
  select id from gateway.logout_notice where not_before <= now() order by not_before limit $1 for update skip locked)
returning id, issuer, client_id as "clientId", url, sub, sid, attempts`

/** Notices of ended sessions, kept until their app has heard them. */
export function postgresLogoutNotices(db: Queryable): LogoutNotices {
  return {
    async add(notices) {
      if (notices.length === 0) return
      const column = (name: keyof LogoutNotice) => notices.map((notice) => notice[name])
      await db.query(ADD, [column('issuer'), column('clientId'), column('url'), column('sub'), column('sid')])
    },
    async claim(limit) {
      return (await db.query<LogoutNotice & { id: string; attempts: number }>(CLAIM, [limit])).rows
    },
    async remove(id) {
      await db.query('delete from gateway.logout_notice where id = $1', [id])
    },
    async postpone(id, seconds) {
      await db.query(`update gateway.logout_notice set not_before = now() + $2 * interval '1 second' where id = $1`, [id, seconds])
    },
  }
}
