import { randomBytes } from 'node:crypto'
import type { Administrator } from '@jackfield/contract/access/administrator'
import { Principal } from '@jackfield/contract/access/principal'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { CONTROL_IDLE, controlSessionState } from '../domain/lifetimes.ts'
import { decideControlAdmission } from '../domain/sign-in/admission.ts'
import type { Ports } from '../ports.ts'

const COOKIE = '__Host-jackfield-control'
const SPACE = 'control'
const KIND = 'ControlSession'
const times = { startedAt: z.number(), seenAt: z.number() }
/** A link's session stores the principal; an administrator's role is read at each request. */
const Stored = z.union([
  z.object({ principal: Principal, ...times }),
  z.object({ administratorId: z.string(), ...times }),
])
type Stored = z.infer<typeof Stored>
type ControlHolder = { principal: Principal } | { administratorId: string }

const attributes = { path: '/', secure: true, httpOnly: true, sameSite: 'strict' } as const

/** Begins a Control session: 256 random bits in a cookie, their hash in the store. */
export async function startControlSession(
  { records, clock }: Ports,
  reply: FastifyReply,
  holder: ControlHolder,
): Promise<void> {
  const id = randomBytes(32).toString('base64url')
  const now = clock()
  await records(SPACE).save({
    kind: KIND,
    id,
    payload: { ...holder, startedAt: now, seenAt: now },
    ttl: CONTROL_IDLE,
  })
  reply.setCookie(COOKIE, id, attributes)
}

/** The caller of a valid session. Tenant, administrator and person are asked for at each request (T-22). */
export async function findControlSession(ports: Ports, request: FastifyRequest): Promise<Principal | undefined> {
  const { records, clock, registry } = ports
  const id = request.cookies[COOKIE]
  if (id === undefined || !/^[\w-]{43}$/.test(id)) return undefined
  const found = await records(SPACE).find(KIND, id)
  if (!found) return undefined
  const stored = Stored.parse(found.payload)
  const state = controlSessionState(stored, clock())
  if (state === 'over') return undefined
  const principal = await principalOf(ports, stored)
  if (!principal) {
    await records(SPACE).remove(KIND, id)
    return undefined
  }
  if (principal.scope !== 'platform' && !(await registry.hasTenant(principal.scope))) return undefined
  if (state === 'renew') await renew(ports, id)
  return principal
}

/** One unit of work overwrites only what is still there: a session that has ended meanwhile stays ended (T-138). */
function renew({ records, clock }: Ports, id: string): Promise<void> {
  return records.asOne(async () => {
    const found = await records(SPACE).find(KIND, id)
    if (!found) return 'failed'
    const { jti: _, ...stored } = found.payload
    await records(SPACE).save({ kind: KIND, id, payload: { ...stored, seenAt: clock() }, ttl: CONTROL_IDLE })
    return 'done'
  })
}

async function principalOf({ registry, roster }: Ports, stored: Stored): Promise<Principal | undefined> {
  if ('principal' in stored) return stored.principal
  const administrator = await registry.findAdministrator(stored.administratorId)
  if (!administrator) return undefined
  const { signInTenantId, directoryId, objectId } = administrator
  const person = await roster.recheckByIdentity(signInTenantId, directoryId, objectId)
  const admission = decideControlAdmission(administrator, person, stored.startedAt)
  return admission.kind === 'admitted' ? administratorPrincipal(admission.administrator) : undefined
}

function administratorPrincipal({ id, scope, role, displayName }: Administrator): Principal {
  return { id: `administrator:${id}`, scope, role, name: displayName }
}

export async function endControlSession({ records }: Ports, reply: FastifyReply): Promise<void> {
  const id = reply.request.cookies[COOKIE]
  if (id !== undefined) await records(SPACE).remove(KIND, id)
  reply.clearCookie(COOKIE, attributes)
}
