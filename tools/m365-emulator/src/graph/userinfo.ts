import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../cloud.ts'
import { cloudOfRequest } from '../directory-of-request.ts'
import { authenticate } from './bearer.ts'
import { errorDocument, GraphError } from './graph-error.ts'

/** OpenID Connect's userinfo is part of Graph; its `sub` equals that of the ID token. */
export const userinfo: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  app.get('/oidc/userinfo', async (request, reply) => {
    try {
      const caller = authenticate(request.headers.authorization, cloud)
      const user = caller.directory.users.find(caller.userId)
      if (caller.kind !== 'user' || !user)
        throw new GraphError(401, 'InvalidAuthenticationToken', 'The token is not of a user.')
      const { displayName: name, givenName: given_name, surname: family_name, mail: email } = user
      return JSON.parse(
        JSON.stringify({ sub: caller.subject, name, given_name, family_name, email: email ?? undefined }),
      )
    } catch (error) {
      if (!(error instanceof GraphError)) throw error
      const { id } = request
      const trace = { requestId: id, clientRequestId: id, date: cloudOfRequest(request, cloud).clock.date() }
      return reply
        .code(error.status)
        .headers(error.headers)
        .send(errorDocument(error.code, error.message, trace))
    }
  })
}
