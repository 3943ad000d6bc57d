import { seal, sealedPrefix, UnsealError, unseal } from '@jackfield/sealing/seal'
import type pg from 'pg'
import { secretContext } from './postgres-webhook-endpoints.ts'

const SLICE = 500

const WAITING = `
select id, tenant_id, sealed_secret as sealed from roster.webhook_endpoint
where substring(sealed_secret from 1 for $1) <> $2 and ($3::uuid is null or id > $3) order by id limit $4`

const REPLACE = `
update roster.webhook_endpoint e set sealed_secret = n.sealed
from unnest($1::uuid[], $2::bytea[], $3::bytea[]) as n (id, old, sealed) where e.id = n.id and e.sealed_secret = n.old`

type Row = { id: string; tenant_id: string; sealed: Buffer }

/**
 * Seals the signing secrets of webhook endpoints by the first of `keys`, in slices; a crash leaves each under one key
 * or the other (SE-05). Safe in many processes at once. Answers the endpoints whose secret no key opens: they stay as
 * they are.
 */
export async function resealWebhookSecrets(pool: pg.Pool, keys: readonly Buffer[]): Promise<string[]> {
  const unreadable: string[] = []
  const [current] = keys
  if (!current) return unreadable
  const prefix = sealedPrefix(current)
  for (let after: string | null = null; ; ) {
    const { rows }: { rows: Row[] } = await pool.query<Row>(WAITING, [prefix.length, prefix, after, SLICE])
    const last = rows.at(-1)
    if (!last) return unreadable
    after = last.id
    const next = rows.flatMap((row) => {
      const sealed = resealed(row, current, keys)
      if (!sealed) unreadable.push(row.id)
      return sealed ? [{ ...row, next: sealed }] : []
    })
    await pool.query(REPLACE, [next.map(({ id }) => id), next.map(({ sealed }) => sealed), next.map((row) => row.next)])
  }
}

function resealed(
  { id, tenant_id: tenantId, sealed }: Row,
  current: Buffer,
  keys: readonly Buffer[],
): Buffer | undefined {
  const context = secretContext(tenantId, id)
  try {
    return seal(unseal(sealed, keys, context), current, context)
  } catch (error) {
    if (error instanceof UnsealError) return undefined
    throw error
  }
}
