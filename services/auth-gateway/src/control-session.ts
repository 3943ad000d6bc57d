import { randomBytes } from 'node:crypto'
import { Principal } from '@jackfield/contract/principal'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { CONTROL_IDLE, controlSessionState } from './domain/session-limits.ts'
import type { Ports } from './ports.ts'

const COOKIE = '__Host-jackfield-control'
const SPACE = 'control'
const KIND = 'ControlSession'
const Stored = z.object({ principal: Principal, startedAt: z.number(), seenAt: z.number() })

type SessionPorts = Pick<Ports, 'artefacts' | 'clock' | 'registry'>
const attributes = { path: '/', secure: true, httpOnly: true, sameSite: 'strict' } as const

/** The admin's session in Control: 256 random bits in a cookie, its hash in the store; idle and absolute limits are checked here. */
export async function startControlSession(
  { artefacts, clock }: Omit<SessionPorts, 'registry'>,
  reply: FastifyReply,
  principal: Principal,
): Promise<void> {
  const id = randomBytes(32).toString('base64url')
  const now = clock()
  await artefacts(SPACE).save({ kind: KIND, id, payload: { principal, startedAt: now, seenAt: now }, ttl: CONTROL_IDLE })
  reply.setCookie(COOKIE, id, attributes)
}

/** A session of a tenant's admin ends with the tenant. */
export async function findControlSession(
  { artefacts, clock, registry }: SessionPorts,
  request: FastifyRequest,
): Promise<Principal | undefined> {
  const id = request.cookies[COOKIE]
  if (id === undefined || !/^[\w-]{43}$/.test(id)) return undefined
  const found = await artefacts(SPACE).find(KIND, id)
  if (!found) return undefined
  const stored = Stored.parse(found.payload)
  const state = controlSessionState(stored, clock())
  if (state === 'over') return undefined
  const { scope } = stored.principal
  if (scope !== 'platform' && !(await registry.hasTenant(scope))) return undefined
  if (state === 'renew') {
    await artefacts(SPACE).save({ kind: KIND, id, payload: { ...stored, seenAt: clock() }, ttl: CONTROL_IDLE })
  }
  return stored.principal
}

export async function endControlSession(
  { artefacts }: Pick<SessionPorts, 'artefacts'>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const id = request.cookies[COOKIE]
  if (id !== undefined) await artefacts(SPACE).remove(KIND, id)
  reply.clearCookie(COOKIE, attributes)
}
