import { createHmac, hkdfSync } from 'node:crypto'
import type { SignInCandidates } from '@jackfield/contract/internal/internal-api'
import type pg from 'pg'

/** The same expressions as the hash columns of phone_user. */
const LOWER = (text: string) => `lower(${text} collate "C")`
const HASH = (address: string) => `hashtextextended(${LOWER(address)}, 0)`
const DOMAIN_HASH = (address: string) => `hashtextextended(split_part(${LOWER(address)}, '@', 2), 0)`

type Kind = { column: 'user_principal_name' | 'mail'; hash: string; domain: string }
const NAME: Kind = { column: 'user_principal_name', hash: 'upn_hash', domain: 'upn_domain_hash' }
const MAIL: Kind = { column: 'mail', hash: 'mail_hash', domain: 'mail_domain_hash' }
const maySignIn = ({ hash }: Kind) => `sso and status = 'active' and ${hash} is not null`

/**
 * A known address of the domain that is used for an unknown one: the next hash from a place derived from the unknown
 * address. Hashes are uniform, so that unknown addresses spread over the domain's directories as known ones do.
 */
const neighbour = (kind: Kind, side: '>=' | '<') => `(
  select ${kind.hash} as place, ${LOWER(kind.column)} as address from roster.phone_user
  where ${maySignIn(kind)} and ${kind.domain} = ${DOMAIN_HASH('$1::text')} and ${kind.hash} ${side} $2
  order by ${kind.hash} limit 1)`

const STAND_IN = `
select address from (
  ${neighbour(NAME, '>=')} union all ${neighbour(NAME, '<')} union all ${neighbour(MAIL, '>=')} union all ${neighbour(MAIL, '<')}
) as neighbour order by place < $2, place, address limit 1`

/** Both addresses of $1 have the same domain. */
const find = (kind: Kind, isUpn: boolean) => `
select distinct ${LOWER(kind.column)} as address, ${isUpn} as "isUpn", tenant_id as "tenantId", directory_id as "directoryId"
from roster.phone_user where ${maySignIn(kind)} and ${kind.domain} = ${DOMAIN_HASH('($1::text[])[1]')}
  and ${kind.hash} = any(array(select ${HASH('one')} from unnest($1::text[]) one))`

const FIND = `${find(NAME, true)} union all ${find(MAIL, false)} order by 3, 4 limit 200`

type Row = SignInCandidates[number] & { address: string; isUpn: boolean }

/** The directories that an address may belong to, over all tenants: needs the scope `every-tenant`. */
export function postgresHomeRealms(pool: pg.Pool, key: Buffer) {
  const placeKey = Buffer.from(hkdfSync('sha256', key, '', 'stand-in of an address', 32))
  return {
    /** `address` is in lower case, or `@` and a domain. An unknown one is answered like one of its domain. */
    async find(address: string): Promise<SignInCandidates> {
      // Nobody can say where an address they make up is placed, and learn from its neighbours.
      const place = createHmac('sha256', placeKey).update(address).digest().readBigInt64BE().toString()
      const standIn = await pool.query<{ address: string }>(STAND_IN, [address, place])
      const known = standIn.rows[0]?.address
      // Always searches both addresses, so that known and unknown ones take the same time.
      const { rows } = await pool.query<Row>(FIND, [[address, known ?? address]])
      return candidatesOf(address, rows) ?? (known === undefined ? [] : (candidatesOf(known, rows) ?? []))
    },
  }
}

/** Entra ID verifies user principal names, not mail addresses (T-04): mail counts where no principal name matches. */
function candidatesOf(address: string, rows: readonly Row[]): SignInCandidates | undefined {
  const own = rows.filter((row) => row.address === address)
  const names = own.filter(({ isUpn }) => isUpn)
  const found = names.length > 0 ? names : own
  return found.length === 0 ? undefined : found.map(({ tenantId, directoryId }) => ({ tenantId, directoryId }))
}
