import type { FastifyRequest } from 'fastify'

const describe = ({ method, url, host }: FastifyRequest) => ({
  method,
  path: (url.split('?')[0] ?? '').replace(/^\/auth\/(interaction|authorize)\/[\w-]+/, '/auth/$1/…'),
  host,
})

/**
 * Logs the path of a request only, without the id of an attempt, which is also a cookie's value. Fastify's type wants
 * strings; pino takes any value.
 */
export const logSerializers: Record<string, (value: FastifyRequest) => string> = { req: describe as never }
