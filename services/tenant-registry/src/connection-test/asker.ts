import type { FastifyBaseLogger } from 'fastify'

/**
 * Who asks for something that is also done without a request: a caller of the API, or the service itself by the clock.
 */
export type Asker = { caller: { sub: string }; id: string; log: FastifyBaseLogger; isScheduled?: boolean }
