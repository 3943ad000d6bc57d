import type { FastifyRequest } from 'fastify'

const describe = ({ method, url, host }: FastifyRequest) => ({
  method,
  path: (url.split('?')[0] ?? '').replace(/^\/auth\/(interaction|authorize)\/[\w-]+/, '/auth/$1/…'),
  host,
})

/**
 * How requests of the sites are written to the log: the path alone, and without the id of a sign-in, which is also a cookie's
 * value. Fastify's type wants strings; pino takes any value.
 */
export const logSerializers: Record<string, (value: FastifyRequest) => string> = { req: describe as never }
