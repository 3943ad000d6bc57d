import type { FastifyRequest } from 'fastify'
import type { Cloud } from './cloud.ts'
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

/** The cloud as the directory of a request sees it. */
export function cloudOfRequest(request: Pick<FastifyRequest, 'params' | 'headers'>, cloud: Cloud): Cloud {
  return cloud.of(directoryOfRequest(request, cloud.directories))
}

/** The directory id in an access token that nobody has verified yet. */
export function tenantOfToken(authorization: string | undefined): string | undefined {
  const payload = /^Bearer [^.]+\.([^.]+)\./i.exec(authorization ?? '')?.[1]
  if (payload === undefined) return undefined
  try {
    const { tid } = JSON.parse(Buffer.from(payload, 'base64url').toString())
    return typeof tid === 'string' ? tid : undefined
  } catch {
    return undefined
  }
}
