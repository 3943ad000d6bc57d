import { randomBytes } from 'node:crypto'
import { and, type Database, eq, sql } from '@jackfield/postgres/drizzle'
import { inScope } from '@jackfield/postgres/tenant-scope'
import { seal, UnsealError, unseal } from '@jackfield/sealing/seal'
import type { KeyEncryption } from '../../ports.ts'
import { tenantDataKey } from '../schema.ts'

/** The place a tenant's data key is wrapped for: one moved to another tenant does not open. */
export const dataKeyContext = (tenantId: string) => `tenant:${tenantId}`
const accountContext = (tenantId: string, accountId: string) => `tenant:${tenantId}/microsoft-account:${accountId}`

type Opened = { kind: 'opened'; secret: string } | { kind: 'unreadable'; cause: Error }

/**
 * Each tenant has a data key, wrapped by a key-encryption key; it seals the tenant's secrets, each bound to its account
 * (T-93). A data key that no key-encryption key opens counts as absent: `onUnopened` is called, and the next secret
 * that is entered gets another data key. The lost one is kept, so its secrets are readable again once its
 * key-encryption key is back.
 */
export function tenantKeyVault(db: Database, keyEncryption: KeyEncryption, onUnopened: () => void = () => undefined) {
  async function findWrapped(tenantId: string): Promise<{ sealed: Buffer; lost: Buffer[] } | undefined> {
    const { sealed, lost } = tenantDataKey
    const [row] = await inScope(db, tenantId, (tx) =>
      tx.select({ sealed, lost }).from(tenantDataKey).where(eq(tenantDataKey.tenantId, tenantId)),
    )
    return row
  }

  async function findDataKey(tenantId: string) {
    const wrapped = await findWrapped(tenantId)
    return wrapped && keyEncryption.unwrap(wrapped.sealed, dataKeyContext(tenantId))
  }

  async function makeDataKey(tenantId: string, lost: Buffer | undefined) {
    const sealed = await keyEncryption.wrap(randomBytes(32), dataKeyContext(tenantId))
    await inScope(db, tenantId, async (tx) => {
      if (lost === undefined)
        return void (await tx.insert(tenantDataKey).values({ tenantId, sealed }).onConflictDoNothing())
      const isLost = and(eq(tenantDataKey.tenantId, tenantId), eq(tenantDataKey.sealed, lost))
      await tx
        .update(tenantDataKey)
        .set({ sealed, lost: sql`${tenantDataKey.lost} || ${tenantDataKey.sealed}` })
        .where(isLost)
    })
    // Another replica may have been first: read what is stored.
    const key = await findDataKey(tenantId)
    if (!key) throw new Error('The data key that was just stored is gone.')
    return key
  }

  async function dataKeyToSealWith(tenantId: string) {
    const wrapped = await findWrapped(tenantId)
    const known = wrapped && (await keyEncryption.unwrap(wrapped.sealed, dataKeyContext(tenantId)))
    if (known?.kind === 'unwrapped') return known
    if (known) onUnopened()
    return makeDataKey(tenantId, wrapped?.sealed)
  }

  return {
    async seal(tenantId: string, accountId: string, secret: string): Promise<Buffer> {
      const key = await dataKeyToSealWith(tenantId)
      if (key.kind === 'unreadable') throw key.cause
      return seal(Buffer.from(secret), key.dataKey, accountContext(tenantId, accountId))
    },
    async open(tenantId: string, accountId: string, sealed: Buffer): Promise<Opened> {
      const opened = await open(tenantId, accountId, sealed)
      if (opened.kind === 'unreadable') onUnopened()
      return opened
    },
  }

  async function open(tenantId: string, accountId: string, sealed: Buffer): Promise<Opened> {
    const wrapped = await findWrapped(tenantId)
    if (!wrapped) return { kind: 'unreadable', cause: new UnsealError('The tenant has no data key.') }
    const current = await keyEncryption.unwrap(wrapped.sealed, dataKeyContext(tenantId))
    const lost = await Promise.all(wrapped.lost.map((each) => keyEncryption.unwrap(each, dataKeyContext(tenantId))))
    const dataKeys = [current, ...lost].flatMap((each) => (each.kind === 'unwrapped' ? [each.dataKey] : []))
    if (dataKeys.length === 0 && current.kind === 'unreadable') return current
    try {
      return { kind: 'opened', secret: unseal(sealed, dataKeys, accountContext(tenantId, accountId)).toString() }
    } catch (cause) {
      if (cause instanceof UnsealError) return { kind: 'unreadable', cause }
      throw cause
    }
  }
}
