import { createHash, randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Account } from '../import/accounts.ts'

/** An account with a followed directory and a known subscription, made without an import and without Microsoft. */
export type KnownAccount = Account & { directoryId: string; subscriptionId: string; clientState: string }

/** Writes the rows that an import leaves; nothing is due before tomorrow. */
export async function addKnownAccounts(
  pool: pg.Pool,
  accounts: readonly Account[],
  directoryId: string,
): Promise<KnownAccount[]> {
  const known = accounts.map((account) => ({
    ...account,
    directoryId,
    subscriptionId: randomUUID(),
    clientState: randomUUID(),
  }))
  const [accountIds, tenantIds] = [known.map(({ accountId }) => accountId), known.map(({ tenantId }) => tenantId)]
  await pool.query(
    `insert into roster.account_sync (account_id, tenant_id, directory_id, delta_link, next_delta_at, next_full_at)
     select t.*, $3, '$deltatoken=0', now() + interval '1 day', now() + interval '1 day' from unnest($1::uuid[], $2::uuid[]) as t`,
    [accountIds, tenantIds, directoryId],
  )
  await pool.query(
    `insert into roster.subscription (account_id, tenant_id, directory_id, subscription_id, client_state_hash, renew_at)
     select t.account_id, t.tenant_id, $3, t.subscription_id, t.hash, now() + interval '1 day'
     from unnest($1::uuid[], $2::uuid[], $4::uuid[], $5::bytea[]) as t (account_id, tenant_id, subscription_id, hash)`,
    [
      accountIds,
      tenantIds,
      directoryId,
      known.map((account) => account.subscriptionId),
      known.map(({ clientState }) => sha256(clientState)),
    ],
  )
  return known
}

const sha256 = (text: string) => createHash('sha256').update(text).digest()

/** A body of `count` change notifications in Graph's format. */
export function notificationsFor({ directoryId, subscriptionId, clientState }: KnownAccount, count: number): string {
  const value = Array.from({ length: count }, () => {
    const id = randomUUID()
    return {
      subscriptionId,
      subscriptionExpirationDateTime: '2026-12-31T00:00:00Z',
      changeType: 'updated',
      resource: `Users/${id}`,
      resourceData: { '@odata.type': '#Microsoft.Graph.User', '@odata.id': `Users/${id}`, id },
      clientState,
      tenantId: directoryId,
    }
  })
  return JSON.stringify({ value })
}
