import type { FastifyBaseLogger } from 'fastify'

/** The caller of an action that also runs without a request: an API caller, or the service itself on a schedule. */
export type Asker = { caller: { sub: string }; id: string; log: FastifyBaseLogger; isScheduled?: boolean }
