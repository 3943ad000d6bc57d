import { randomBytes } from 'node:crypto'
import { and, eq } from '@jackfield/postgres/drizzle'
import { inScope } from '@jackfield/postgres/tenant-scope'
import { seal, UnsealError, unseal } from '@jackfield/sealing/seal'
import type { KeyEncryption, Vault } from '../../ports.ts'
import type { Database } from '../database.ts'
import { tenantDataKey } from '../schema.ts'
import { dataKeyContext } from './data-key-context.ts'

const accountContext = (tenantId: string, accountId: string) => `tenant:${tenantId}/microsoft-account:${accountId}`

/**
 * Each tenant has a data key, wrapped by a key-encryption key; it seals the tenant's secrets, each bound to its account
 * (T-93). One that no key-encryption key opens is absent: `onUnopened` hears of it, and the next secret that is entered
 * gets another data key. What the lost one sealed stays unreadable until it is entered again.
 */
export function tenantKeyVault(
  db: Database,
  keyEncryption: KeyEncryption,
  onUnopened: () => void = () => undefined,
): Vault {
  async function findWrapped(tenantId: string): Promise<Buffer | undefined> {
    const [row] = await inScope(db, tenantId, (tx) =>
      tx.select({ sealed: tenantDataKey.sealed }).from(tenantDataKey).where(eq(tenantDataKey.tenantId, tenantId)),
    )
    return row?.sealed
  }

  async function findDataKey(tenantId: string) {
    const wrapped = await findWrapped(tenantId)
    return wrapped && keyEncryption.unwrap(wrapped, dataKeyContext(tenantId))
  }

  async function makeDataKey(tenantId: string, lost: Buffer | undefined) {
    const sealed = await keyEncryption.wrap(randomBytes(32), dataKeyContext(tenantId))
    await inScope(db, tenantId, async (tx) => {
      if (lost === undefined)
        return void (await tx.insert(tenantDataKey).values({ tenantId, sealed }).onConflictDoNothing())
      const isLost = and(eq(tenantDataKey.tenantId, tenantId), eq(tenantDataKey.sealed, lost))
      await tx.update(tenantDataKey).set({ sealed }).where(isLost)
    })
    // Another replica may have been first: what is stored counts.
    const key = await findDataKey(tenantId)
    if (!key) throw new Error('The data key that was just stored is gone.')
    return key
  }

  async function dataKeyToSealWith(tenantId: string) {
    const wrapped = await findWrapped(tenantId)
    const known = wrapped && (await keyEncryption.unwrap(wrapped, dataKeyContext(tenantId)))
    if (known?.kind === 'unwrapped') return known
    if (known) onUnopened()
    return makeDataKey(tenantId, wrapped)
  }

  return {
    async seal(tenantId, accountId, secret) {
      const key = await dataKeyToSealWith(tenantId)
      if (key.kind === 'unreadable') throw key.cause
      return seal(Buffer.from(secret), key.dataKey, accountContext(tenantId, accountId))
    },
    async open(tenantId, accountId, sealed) {
      const opened = await open(tenantId, accountId, sealed)
      if (opened.kind === 'unreadable') onUnopened()
      return opened
    },
  }

  async function open(tenantId: string, accountId: string, sealed: Buffer): ReturnType<Vault['open']> {
    const key = await findDataKey(tenantId)
    if (!key) return { kind: 'unreadable', cause: new UnsealError('The tenant has no data key.') }
    if (key.kind === 'unreadable') return key
    try {
      return { kind: 'opened', secret: unseal(sealed, [key.dataKey], accountContext(tenantId, accountId)).toString() }
    } catch (cause) {
      if (cause instanceof UnsealError) return { kind: 'unreadable', cause }
      throw cause
    }
  }
}
