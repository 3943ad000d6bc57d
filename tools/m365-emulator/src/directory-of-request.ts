import type { FastifyRequest } from 'fastify'
import type { Directories } from './directory/directories.ts'
import type { Directory } from './directory/directory.ts'

/**
 * The directory that a request is about: the one in its path, or at Graph the one that its token names. The token is not
 * verified. None for `organizations` and `common`.
 */
export function directoryOfRequest(
  { params, headers }: Pick<FastifyRequest, 'params' | 'headers'>,
  directories: Directories,
): Directory | undefined {
  const { tenant, d } = (params ?? {}) as Record<string, string | undefined>
  const named = tenant ?? d ?? tenantOfToken(headers.authorization)
  return named === undefined ? undefined : directories.find(named)
}

function tenantOfToken(authorization: string | undefined): string | undefined {
  const payload = /^Bearer [^.]+\.([^.]+)\./i.exec(authorization ?? '')?.[1]
  if (payload === undefined) return undefined
  try {
    const { tid } = JSON.parse(Buffer.from(payload, 'base64url').toString())
    return typeof tid === 'string' ? tid : undefined
  } catch {
    return undefined
  }
}
