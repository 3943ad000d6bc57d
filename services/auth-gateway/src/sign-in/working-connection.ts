import type { Connection } from '@jackfield/contract/internal-api'
import type { FastifyRequest } from 'fastify'
import type { Ports } from '../ports.ts'

/**
 * While one credential replaces another: the connection with the one that Entra ID takes (SE-07). It is found out before the code is
 * redeemed, because a refused credential burns the code (AADSTS501481), and with it the sign-in.
 */
export async function workingConnection(
  { microsoft, registry }: Pick<Ports, 'microsoft' | 'registry'>,
  request: FastifyRequest,
  connection: Connection,
): Promise<Connection> {
  const { rotation } = connection
  if (!rotation) return connection
  const worked = await microsoft.tryRotation(connection)
  if (worked === undefined) return connection
  try {
    await registry.recordCredentialUse(connection, { credentialId: rotation.credentialId, worked })
  } catch (error) {
    // The next sign-in tells it again; this one need not wait for the registry.
    request.log.warn({ err: error, accountId: connection.accountId }, 'a credential’s use could not be told to the registry')
  }
  return worked === 'previous' ? { ...connection, credential: rotation.previous } : connection
}
