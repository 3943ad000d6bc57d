import { ImportRules } from '@jackfield/contract/microsoft/import-rule'
import { inTransaction } from '@jackfield/postgres/transaction'
import type pg from 'pg'
import type { AuditEntry } from '../../ports.ts'
import { insertAuditEvent } from '../outbox/pending-audit-events.ts'

const FIND = 'select rules, version from roster.import_rules where tenant_id = $1 and account_id = $2'

// The first write makes version 1; later writes state the version they read, or none.
const PUT = `
insert into roster.import_rules as r (account_id, tenant_id, rules) values ($1, $2, $3)
on conflict (account_id) do update set rules = excluded.rules, version = r.version + 1
where r.tenant_id = excluded.tenant_id and ($4::integer is null or r.version = $4)
returning version`

// New rules need a full comparison; an account without imports is followed from now on.
const COMPARE_SOON = `
insert into roster.account_sync as s (account_id, tenant_id, directory_id, next_delta_at, next_full_at, full_wishes)
values ($1, $2, $3, now(), now(), 1)
on conflict (account_id) do update set next_full_at = now(), full_wishes = s.full_wishes + 1 where s.tenant_id = excluded.tenant_id`

const NONE: ImportRules = { items: [], leavers: 'keep' }

/** The rules by which users of a Microsoft account are synced without a tick. */
export function postgresImportRules(pool: pg.Pool) {
  return {
    /** Version 0 when there are none. */
    async find(tenantId: string, accountId: string): Promise<{ rules: ImportRules; version: number }> {
      const { rows } = await pool.query<{ rules: unknown; version: number }>(FIND, [tenantId, accountId])
      return rows[0]
        ? { rules: ImportRules.parse(rows[0].rules), version: rows[0].version }
        : { rules: NONE, version: 0 }
    },
    /** Makes a full comparison due. The new version; undefined when the rules are no longer at `version`. */
    put: (
      { tenantId, accountId, directoryId }: Record<'tenantId' | 'accountId' | 'directoryId', string>,
      rules: ImportRules,
      version: number | undefined,
      entry: AuditEntry,
    ) =>
      inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ version: number }>(PUT, [
          accountId,
          tenantId,
          JSON.stringify(rules),
          version ?? null,
        ])
        if (!rows[0]) return undefined
        await client.query(COMPARE_SOON, [accountId, tenantId, directoryId])
        await insertAuditEvent(client, entry)
        return rows[0].version
      }),
  }
}
