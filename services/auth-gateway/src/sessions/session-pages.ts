import type { SessionQuery } from '@jackfield/contract/access/session'
import { isUuid, pageStart, toPage } from '@jackfield/postgres/cursor'
import { refuse } from '@jackfield/problem/refuse'
import type { z } from 'zod'
import { describeSession, type LiveSession, type PersonSession } from '../domain/person-session.ts'
import type { Ports, SessionPage } from '../ports.ts'
import { findLiveSessions } from './person-sessions.ts'

type Query = z.infer<typeof SessionQuery>

/** What to read for a page, one more than it shows. @throws 400 `invalid-cursor` */
export function readSessionPage({ cursor, limit }: Query): SessionPage {
  const start = pageStart(cursor, isUuid)
  if (!start) throw refuse('invalid-cursor')
  return { before: start[0] ?? undefined, limit: limit + 1 }
}

/** The page's sessions that have not ended and are wanted, as the admin API shows them. */
export async function showSessionPage(
  ports: Pick<Ports, 'registry' | 'providers' | 'personSessions'>,
  listed: readonly PersonSession[],
  { limit }: Query,
  isWanted: (session: LiveSession) => boolean = () => true,
) {
  const { items, nextCursor } = toPage(listed, limit, ({ id }) => [id])
  const [live, apps] = await Promise.all([findLiveSessions(ports, items), ports.registry.listApps()])
  const names = new Map(apps.map(({ clientId, name }) => [clientId, name]))
  return { items: live.filter(isWanted).map((session) => describeSession(session, names)), nextCursor }
}
