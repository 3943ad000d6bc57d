import type { Connection } from '@jackfield/contract/internal-api'
import type { FastifyRequest } from 'fastify'
import type { Ports } from '../ports.ts'

/**
 * During a credential rotation: returns the connection with the credential that Entra ID accepts (SE-07). Tried before
 * the code is redeemed, because a refused credential burns the code (AADSTS501481).
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
    // Not fatal: the next sign-in reports it again.
    request.log.warn(
      { err: error, accountId: connection.accountId },
      'a credential’s use could not be told to the registry',
    )
  }
  return worked === 'previous' ? { ...connection, credential: rotation.previous } : connection
}
