import type { FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { platformSites, readHost, type SignInSite, type Site, type TenantSite } from '../domain/site.ts'
import { refuse } from '../errors.ts'
import type { Registry } from '../ports.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose address was asked; set before any route of the sites runs. */
    site: Site
  }
}

/**
 * Decides by the host alone whose site a request is for. An unknown host gets nothing, least of all another tenant's.
 */
export const sitePlugin = plugin<{ registry: Registry; baseUrl: string }>(async (app, { registry, baseUrl }) => {
  app.decorateRequest('site')
  const ofPlatform = platformSites(baseUrl)
  const { protocol } = new URL(baseUrl)
  app.addHook('onRequest', async (request) => {
    const host = readHost(request.host, protocol)
    if (!host) throw refuse('unknown-host')
    const site = ofPlatform.get(host) ?? (await findSignInSite(registry, host))
    if (!site) throw refuse('unknown-host')
    request.site = site
  })
})

/** @throws 503 when the registry does not answer */
export async function findSignInSite(
  registry: Pick<Registry, 'findHost'>,
  host: string,
): Promise<SignInSite | undefined> {
  const found = await registry.findHost(host).catch((cause: unknown) => {
    throw refuse('temporarily-unavailable', { cause, retryAfter: 2 })
  })
  if (!found) return undefined
  const origin = new URL(found.origin).origin
  return { ...found, origin }
}

/** Guards: a route of one kind of site does not exist on the others. */
export async function onTenantSite(request: FastifyRequest): Promise<void> {
  if (request.site.kind !== 'tenant') throw refuse('not-found')
}

export async function onSignInSite({ site }: FastifyRequest): Promise<void> {
  if (site.kind !== 'tenant' && site.kind !== 'shared') throw refuse('not-found')
}

export async function onSharedSite(request: FastifyRequest): Promise<void> {
  if (request.site.kind !== 'shared') throw refuse('not-found')
}

export async function onControlSite(request: FastifyRequest): Promise<void> {
  if (request.site.kind !== 'control') throw refuse('not-found')
}

/** The site of a route that is guarded by `onSignInSite`. */
export function signInSite({ site }: FastifyRequest): SignInSite {
  if (site.kind !== 'tenant' && site.kind !== 'shared') throw refuse('not-found')
  return site
}

/** The site of a route that is guarded by `onTenantSite`. */
export function tenantSite(request: FastifyRequest): TenantSite {
  if (request.site.kind !== 'tenant') throw refuse('not-found')
  return request.site
}
