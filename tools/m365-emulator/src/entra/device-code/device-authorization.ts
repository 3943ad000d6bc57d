import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import { nameApplication } from '../../directory/application.ts'
import { authorityKey, directoryOf, isMultiTenant, refuseAuthority, resolveAuthority } from '../authority.ts'
import { refuseJson } from '../errors/refusal.ts'
import { refuseScope } from '../scopes.ts'

type Route = { Params: { tenant: string }; Body: Record<string, string | undefined> | undefined }

/** RFC 8628 3.1: the device's first request. Like Microsoft's it has no `verification_uri_complete`. */
export const deviceAuthorization: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud: everywhere }) => {
  app.post<Route>('/:tenant/oauth2/v2.0/devicecode', async ({ params, body = {} }, reply) => {
    const authority = resolveAuthority(params.tenant, everywhere.directories)
    const cloud = everywhere.of(directoryOf(authority))
    if (authority.kind === 'unknown') {
      return refuseJson(reply, cloud, refuseAuthority(authority))
    }
    const missing = !body.client_id ? 'client_id' : !body.scope ? 'scope' : undefined
    if (missing !== undefined) return refuseJson(reply, cloud, { code: 900144, values: { name: missing } })
    const application = cloud.directories.findApplication(body.client_id ?? '')
    if (!application && isMultiTenant(authority)) return refuseJson(reply, cloud, { code: 50059 })
    if (!application)
      return refuseJson(reply, cloud, { code: 700016, values: { app: body.client_id ?? '', tenant: params.tenant } })
    if (application.signInAudience === 'AzureADMyOrg' && isMultiTenant(authority)) {
      return refuseJson(reply, cloud, {
        code: 50194,
        values: { ...nameApplication(application), authority: authority.kind },
      })
    }
    const refusal = refuseScope(body.scope ?? '', { app: application.appId, tenant: params.tenant })
    if (refusal) return refuseJson(reply, cloud, refusal)

    const request = {
      clientId: application.appId,
      scopes: (body.scope ?? '').split(' ').filter(Boolean),
      tenant: params.tenant,
    }
    const issued = cloud.deviceCodes.issue({ ...request, authority: authorityKey(authority) }, cloud.clock.now())
    const page = `${cloud.origin}/devicelogin`
    reply.header('cache-control', 'no-store, no-cache')
    return {
      user_code: issued.userCode,
      device_code: issued.deviceCode,
      verification_uri: page,
      expires_in: issued.expiresIn,
      interval: 5,
      message: `To sign in, use a web browser to open the page ${page} and enter the code ${issued.userCode} to authenticate.`,
    }
  })
}
