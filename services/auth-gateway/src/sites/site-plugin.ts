import type { HostResolution } from '@jackfield/contract/internal/internal-api'
import type { FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { platformSites, readHost, type SignInSite, type Site, type TenantSite } from '../domain/site.ts'
import { refuse } from '../errors.ts'
import type { Registry } from '../ports.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Site of the host, set before any route of the sites runs. */
    site: Site
  }
}

/** Decides by the host alone which site a request is for. */
export const sitePlugin = plugin<{ registry: Registry; baseUrl: string }>(async (app, { registry, baseUrl }) => {
  app.decorateRequest('site')
  const ofPlatform = platformSites(baseUrl)
  const { protocol } = new URL(baseUrl)
  app.addHook('onRequest', async (request, reply) => {
    const host = readHost(request.host, protocol)
    if (!host) throw refuse('unknown-host')
    const site = ofPlatform.get(host) ?? (await findSignInSite(registry, host))
    if (!site) throw refuse('unknown-host')
    request.site = site
    // One year (ASVS 3.4.1), only on sites that are served over https.
    if (site.origin.startsWith('https:'))
      reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains')
  })
})

/** Sites of the registry's answers, each of which serves for seconds. */
const SITES = new WeakMap<HostResolution, SignInSite>()

/** @throws 503 when the registry does not answer */
export async function findSignInSite(
  registry: Pick<Registry, 'findHost'>,
  host: string,
): Promise<SignInSite | undefined> {
  const found = await registry.findHost(host).catch((cause: unknown) => {
    throw refuse('temporarily-unavailable', { cause, retryAfter: 2 })
  })
  if (!found) return undefined
  const known = SITES.get(found) ?? { ...found, origin: new URL(found.origin).origin }
  SITES.set(found, known)
  return known
}

/** Guard: a route of some kinds of site does not exist on the others. */
export const onSites = (...kinds: Array<Site['kind']>) =>
  function onSites({ site }: FastifyRequest, _reply: FastifyReply, done: () => void): void {
    if (!kinds.includes(site.kind)) throw refuse('not-found')
    done()
  }

/** The site of a route that is guarded by `onSites('tenant', 'shared')`. */
export function signInSite({ site }: FastifyRequest): SignInSite {
  if (site.kind !== 'tenant' && site.kind !== 'shared') throw refuse('not-found')
  return site
}

/** The site of a route that is guarded by `onSites('tenant')`. */
export function tenantSite(request: FastifyRequest): TenantSite {
  if (request.site.kind !== 'tenant') throw refuse('not-found')
  return request.site
}
