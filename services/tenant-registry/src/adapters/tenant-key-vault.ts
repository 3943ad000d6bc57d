import { randomBytes } from 'node:crypto'
import { inScope } from '@jackfield/postgres/tenant-scope'
import { seal, UnsealError, unseal } from '@jackfield/sealing/seal'
import { eq } from 'drizzle-orm'
import type { Vault } from '../ports.ts'
import type { Database } from './database.ts'
import { tenantDataKey } from './schema.ts'

const tenantContext = (tenantId: string) => `tenant:${tenantId}`
const accountContext = (tenantId: string, accountId: string) => `tenant:${tenantId}/microsoft-account:${accountId}`

/** Each tenant has a data key, sealed with a key-encryption key; it seals the tenant's secrets, each bound to its account (T-93). */
export function tenantKeyVault(db: Database, keyEncryptionKeys: readonly Buffer[]): Vault {
  const [currentKey] = keyEncryptionKeys
  if (!currentKey) throw new TypeError('KEY_ENCRYPTION_KEYS has no key.')

  async function findDataKey(tenantId: string): Promise<Buffer | undefined> {
    const [row] = await inScope(db, tenantId, (tx) =>
      tx.select({ sealed: tenantDataKey.sealed }).from(tenantDataKey).where(eq(tenantDataKey.tenantId, tenantId)),
    )
    return row && unseal(row.sealed, keyEncryptionKeys, tenantContext(tenantId))
  }

  async function makeDataKey(tenantId: string, kek: Buffer): Promise<Buffer> {
    const sealed = seal(randomBytes(32), kek, tenantContext(tenantId))
    await inScope(db, tenantId, (tx) => tx.insert(tenantDataKey).values({ tenantId, sealed }).onConflictDoNothing())
    // Another replica may have been first: what is stored counts.
    const key = await findDataKey(tenantId)
    if (!key) throw new Error('The data key that was just stored is gone.')
    return key
  }

  return {
    async seal(tenantId, accountId, secret) {
      const key = (await findDataKey(tenantId)) ?? (await makeDataKey(tenantId, currentKey))
      return seal(Buffer.from(secret), key, accountContext(tenantId, accountId))
    },
    async open(tenantId, accountId, sealed) {
      try {
        const key = await findDataKey(tenantId)
        if (!key) return { kind: 'unreadable', cause: new UnsealError('The tenant has no data key.') }
        return { kind: 'opened', secret: unseal(sealed, [key], accountContext(tenantId, accountId)).toString() }
      } catch (cause) {
        if (cause instanceof UnsealError) return { kind: 'unreadable', cause }
        throw cause
      }
    },
  }
}
