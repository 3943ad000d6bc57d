import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { asc, type Database, eq, sql, type Transaction } from '@jackfield/postgres/drizzle'
import { inDrizzleTransaction } from '@jackfield/postgres/transaction'
import { isSealedByOldKey, seal, unseal } from '@jackfield/sealing/seal'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import {
  KEY_USES,
  type KeyUse,
  type RotationStep,
  renewalSteps,
  revocationSteps,
  rotationSteps,
} from '../domain/key-rotation.ts'
import type { KeySet, SigningKeys } from '../key-port.ts'
import { type CookieSigner, cookieSigner } from './openid-provider/session-cookie.ts'
import { TokenSigningKey } from './openid-provider/token-signing.ts'
import { signingKey } from './schema.ts'

/** Keys of the platform, of each algorithm the signing one first, with their signers. `version` changes with any of them. */
export type PlatformKeys = {
  version: string
  tokenKeys: JWK[]
  tokenSigners: TokenSigningKey[]
  cookieKeys: string[]
  cookieSigner: CookieSigner
}

/** Advisory lock of all replicas: the first makes the keys, the others find them. */
const KEY_LOCK = 4_010_402_208

function underLock<Answer>(db: Database, work: (transaction: Transaction) => Promise<Answer>): Promise<Answer> {
  return inDrizzleTransaction(db, async (transaction) => {
    await transaction.execute(sql`select pg_advisory_xact_lock(${KEY_LOCK})`)
    return work(transaction)
  })
}

function currentOf([current]: readonly Buffer[]): Buffer {
  if (!current) throw new TypeError('KEY_ENCRYPTION_KEYS has no key.')
  return current
}

const contextOf = (id: string) => `gateway/signing-key:${id}`

/**
 * Makes the first keys of the platform if there are none, and reseals existing ones under the first of `keys`. Safe to
 * call from many replicas at once.
 */
export async function ensurePlatformKeys(db: Database, keys: readonly Buffer[]): Promise<void> {
  const current = currentOf(keys)
  await underLock(db, async (transaction) => {
    const present = await transaction.select().from(signingKey)
    for (const { id, sealed } of present.filter((row) => isSealedByOldKey(row.sealed, keys))) {
      const again = seal(unseal(sealed, keys, contextOf(id)), current, contextOf(id))
      await transaction.update(signingKey).set({ sealed: again }).where(eq(signingKey.id, id))
    }
    for (const use of KEY_USES) {
      if (!present.some((key) => key.use === use))
        await transaction.insert(signingKey).values(await makeKey(use, current))
    }
  })
}

/** Rotates the platform's keys. Safe to call from many replicas at once. Returns the steps taken. */
export async function rotatePlatformKeys(
  db: Database,
  keys: readonly Buffer[],
  now: Date,
  everyDays: number,
): Promise<RotationStep[]> {
  return underLock(db, async (transaction) => {
    const steps = rotationSteps((await readAges(transaction)).keys, now, everyDays)
    await takeSteps(transaction, steps, currentOf(keys), now)
    return steps
  })
}

/** Returns the ids of added keys. */
async function takeSteps(transaction: Transaction, steps: readonly RotationStep[], sealingKey: Buffer, now: Date) {
  const added: string[] = []
  for (const step of steps) {
    if (step.kind === 'add') {
      const made = await makeKey(step.use, sealingKey)
      await transaction.insert(signingKey).values({ ...made, createdAt: now })
      added.push(made.id)
    } else if (step.kind === 'retire')
      await transaction.update(signingKey).set({ retiredAt: now }).where(eq(signingKey.id, step.id))
    else await transaction.delete(signingKey).where(eq(signingKey.id, step.id))
  }
  return added
}

async function readAges(db: Database | Transaction): Promise<KeySet> {
  const { id, use, createdAt, retiredAt } = signingKey
  const rows = await db
    .select({ id, use, createdAt, retiredAt })
    .from(signingKey)
    .orderBy(...IN_ORDER)
  return { keys: rows, version: versionOf(rows) }
}

/** Of the admin API: renews keys and revokes one (FC-85). */
export function signingKeys(db: Database, keys: readonly Buffer[], now: () => Date): SigningKeys {
  const sealingKey = currentOf(keys)
  return {
    read: () => readAges(db),
    renew: () =>
      underLock(db, async (transaction) => {
        const { keys: before } = await readAges(transaction)
        // The order decides which signs: a successor is the youngest, whatever this machine's clock says.
        const youngest = Math.max(...before.map(({ createdAt }) => createdAt.getTime()))
        const at = new Date(Math.max(now().getTime(), youngest + 1))
        const added = await takeSteps(transaction, renewalSteps(before), sealingKey, at)
        return { ...(await readAges(transaction)), added }
      }),
    revoke: (id, isCurrent) =>
      underLock(db, async (transaction) => {
        const before = await readAges(transaction)
        const steps = revocationSteps(before.keys, id)
        if (!steps) return 'missing'
        if (!isCurrent(before.version)) return 'changed'
        await takeSteps(transaction, steps, sealingKey, now())
        return readAges(transaction)
      }),
  }
}

async function makeKey(use: KeyUse, sealingKey: Buffer) {
  if (use === 'cookie') {
    const id = randomBytes(8).toString('hex')
    return { id, use, sealed: seal(randomBytes(64), sealingKey, contextOf(id)) }
  }
  const { privateKey } = await generateKeyPair(use, { extractable: true })
  const jwk = await exportJWK(privateKey)
  const id = await calculateJwkThumbprint(jwk)
  return {
    id,
    use,
    sealed: seal(Buffer.from(JSON.stringify({ ...jwk, kid: id, alg: use, use: 'sig' })), sealingKey, contextOf(id)),
  }
}

/** Those that sign first, then by age. */
const IN_ORDER = [sql`${signingKey.retiredAt} is not null`, asc(signingKey.createdAt)]
const versionOf = (rows: ReadonlyArray<{ id: string; retiredAt: Date | null }>) =>
  createHash('sha256')
    .update(rows.map(({ id, retiredAt }) => `${id} ${retiredAt?.getTime() ?? ''}`).join())
    .digest('base64url')

/** The platform's keys; `former` again if they are the same. */
export async function readPlatformKeys(
  db: Database,
  keys: readonly Buffer[],
  former?: PlatformKeys,
): Promise<PlatformKeys> {
  if (former && (await readAges(db)).version === former.version) return former
  const rows = await db
    .select()
    .from(signingKey)
    .orderBy(...IN_ORDER)
  const open = (isWanted: (use: KeyUse) => boolean) =>
    rows.filter(({ use }) => isWanted(use)).map((row) => unseal(row.sealed, keys, contextOf(row.id)))
  const tokenKeys = open((use) => use !== 'cookie').map((key): JWK => JSON.parse(key.toString()))
  const cookieKeys = open((use) => use === 'cookie').map((key) => key.toString('base64url'))
  return {
    version: versionOf(rows),
    tokenKeys,
    tokenSigners: tokenKeys.map((key) => new TokenSigningKey(key)),
    cookieKeys,
    cookieSigner: cookieSigner(cookieKeys),
  }
}

const FRESH_MS = 1_000
/** How long a request waits for the stored keys before it takes the last ones. */
const PATIENCE_MS = 100
/** A store that fails is asked this often. */
const RETRY_MS = 500
const LONGEST_OUTAGE_MS = 24 * 3_600_000

/**
 * The platform's keys, compared with the stored ones every second, so that every replica follows a revocation (FC-85); the
 * last ones serve through an outage, at once (FC-68).
 */
export function platformKeys(
  read: (former: PlatformKeys | undefined) => Promise<PlatformKeys>,
): () => Promise<PlatformKeys> {
  let known: { keys: PlatformKeys; at: number } | undefined
  let reading: Promise<PlatformKeys> | undefined
  let failedAt = Number.NEGATIVE_INFINITY

  async function refresh(): Promise<PlatformKeys> {
    try {
      const keys = await read(known?.keys)
      if (keys.tokenKeys.length === 0) throw new Error('the platform has no signing key yet')
      known = { keys, at: performance.now() }
      return keys
    } catch (error) {
      failedAt = performance.now()
      throw error
    } finally {
      reading = undefined
    }
  }

  return async () => {
    const now = performance.now()
    if (known && now - known.at < FRESH_MS) return known.keys
    if (known && now - known.at < LONGEST_OUTAGE_MS) {
      const { keys } = known
      if (now - failedAt < RETRY_MS) return keys
      reading ??= refresh()
      return Promise.race([reading, sleep(PATIENCE_MS, keys, { ref: false })]).catch(() => keys)
    }
    reading ??= refresh()
    return reading
  }
}
