import { createHmac, hkdfSync } from 'node:crypto'
import type { SignInCandidates } from '@jackfield/contract/internal-api'
import type pg from 'pg'
import type { HomeRealms } from '../ports.ts'

/**
 * The address of a domain that stands in for one nobody has: the next by object id from a place that the asked address names. Object ids
 * are random, so that unknown addresses spread over the domain's directories as the known ones do.
 */
const neighbour = (column: 'user_principal_name' | 'mail', hash: string, side: '>=' | '<') => `(
  select object_id, lower(${column}) as address from roster.phone_user
  where sso and status = 'active' and ${hash} = hashtextextended(split_part(lower($1), '@', 2), 0) and object_id ${side} $2
  order by object_id limit 1)`

const STAND_IN = `
select address from (
  ${neighbour('user_principal_name', 'upn_domain_hash', '>=')} union all ${neighbour('user_principal_name', 'upn_domain_hash', '<')}
  union all ${neighbour('mail', 'mail_domain_hash', '>=')} union all ${neighbour('mail', 'mail_domain_hash', '<')}
) as neighbour order by object_id < $2, object_id, address limit 1`

const HASHES = 'array(select hashtextextended(lower(one), 0) from unnest($1::text[]) one)'
const FIND = `
select distinct lower(user_principal_name) as address, true as "isUpn", tenant_id as "tenantId", directory_id as "directoryId"
from roster.phone_user where sso and status = 'active' and upn_hash = any(${HASHES})
union all
select distinct lower(mail), false, tenant_id, directory_id
from roster.phone_user where sso and status = 'active' and mail_hash = any(${HASHES})
order by 3, 4 limit 200`

type Row = SignInCandidates[number] & { address: string; isUpn: boolean }

/** Over all tenants: to be asked in that scope. */
export function postgresHomeRealms(pool: pg.Pool, key: Buffer): HomeRealms {
  const placeKey = Buffer.from(hkdfSync('sha256', key, '', 'stand-in of an address', 32))
  return {
    async find(address) {
      // Nobody can say where an address they make up is placed, and learn from its neighbours.
      const place = createHmac('sha256', placeKey).update(address).digest('hex').slice(0, 32)
      const standIn = await pool.query<{ address: string }>(STAND_IN, [address, place])
      const known = standIn.rows[0]?.address
      // Always asked for both, so that what is known takes no other time than what is not.
      const { rows } = await pool.query<Row>(FIND, [[address, known ?? address]])
      return candidatesOf(address, rows) ?? (known === undefined ? [] : (candidatesOf(known, rows) ?? []))
    },
  }
}

/** Entra ID gives a user principal name to one person of a verified domain; a mail address can be anything (T-04): it counts where it is nobody's name. */
function candidatesOf(address: string, rows: readonly Row[]): SignInCandidates | undefined {
  const own = rows.filter((row) => row.address === address)
  const names = own.filter(({ isUpn }) => isUpn)
  const found = names.length > 0 ? names : own
  return found.length === 0 ? undefined : found.map(({ tenantId, directoryId }) => ({ tenantId, directoryId }))
}
