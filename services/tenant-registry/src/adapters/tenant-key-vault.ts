import { randomBytes } from 'node:crypto'
import { eq } from '@jackfield/postgres/drizzle'
import { inScope } from '@jackfield/postgres/tenant-scope'
import { seal, UnsealError, unseal } from '@jackfield/sealing/seal'
import type { KeyEncryption, Vault } from '../ports.ts'
import { dataKeyContext } from './data-key-context.ts'
import type { Database } from './database.ts'
import { tenantDataKey } from './schema.ts'

const accountContext = (tenantId: string, accountId: string) => `tenant:${tenantId}/microsoft-account:${accountId}`

/** Each tenant has a data key, wrapped by a key-encryption key; it seals the tenant's secrets, each bound to its account (T-93). */
export function tenantKeyVault(db: Database, keyEncryption: KeyEncryption): Vault {
  async function findDataKey(tenantId: string) {
    const [row] = await inScope(db, tenantId, (tx) =>
      tx.select({ sealed: tenantDataKey.sealed }).from(tenantDataKey).where(eq(tenantDataKey.tenantId, tenantId)),
    )
    return row && keyEncryption.unwrap(row.sealed, dataKeyContext(tenantId))
  }

  async function makeDataKey(tenantId: string) {
    const sealed = await keyEncryption.wrap(randomBytes(32), dataKeyContext(tenantId))
    await inScope(db, tenantId, (tx) => tx.insert(tenantDataKey).values({ tenantId, sealed }).onConflictDoNothing())
    // Another replica may have been first: what is stored counts.
    const key = await findDataKey(tenantId)
    if (!key) throw new Error('The data key that was just stored is gone.')
    return key
  }

  return {
    async seal(tenantId, accountId, secret) {
      const key = (await findDataKey(tenantId)) ?? (await makeDataKey(tenantId))
      if (key.kind === 'unreadable') throw key.cause
      return seal(Buffer.from(secret), key.dataKey, accountContext(tenantId, accountId))
    },
    async open(tenantId, accountId, sealed) {
      const key = await findDataKey(tenantId)
      if (!key) return { kind: 'unreadable', cause: new UnsealError('The tenant has no data key.') }
      if (key.kind === 'unreadable') return key
      try {
        return { kind: 'opened', secret: unseal(sealed, [key.dataKey], accountContext(tenantId, accountId)).toString() }
      } catch (cause) {
        if (cause instanceof UnsealError) return { kind: 'unreadable', cause }
        throw cause
      }
    },
  }
}
