import { type Database, sql, type Transaction } from './drizzle.ts'
import { inDrizzleTransaction } from './transaction.ts'

/** Whose rows a unit of work may touch: those of the tenant with this id, or those of all tenants and of none. */
export type Scope = string
export const EVERY_TENANT: Scope = '*'

/**
 * Runs `work` in one transaction that row-level security confines to `scope`; an error undoes everything. Outside of
 * such a transaction a service's role sees no tenant's rows at all, so a query that forgets its tenant finds nothing
 * and writes nothing (T-90).
 */
export function inScope<Result>(
  db: Database,
  scope: Scope,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  return inDrizzleTransaction(db, async (tx) => {
    await tx.execute(sql`select set_config('jackfield.tenant', ${scope}, true)`)
    return work(tx)
  })
}
