import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import type { Cloud } from '../cloud.ts'
import { cloudOfRequest } from '../directory-of-request.ts'
import { challenge } from '../graph/bearer.ts'
import { GraphError } from '../graph/graph-error.ts'
import { expiredPageToken } from '../graph/paging/page-link.ts'
import type { FaultEffect } from './fault.ts'
import { takeFault } from './faults.ts'
import { spoilBody } from './spoilt-bodies.ts'

const USUAL_CODES: Readonly<Record<number, string>> = {
  401: 'InvalidAuthenticationToken',
  403: 'Authorization_RequestDenied',
  404: 'Request_ResourceNotFound',
  429: 'TooManyRequests',
  500: 'InternalServerError',
  502: 'BadGateway',
  503: 'serviceNotAvailable',
  504: 'GatewayTimeout',
}

/** Applies planned faults to Graph's routes, items of a batch included. */
export const graphFaults = plugin<{ cloud: Cloud }>(async (app, { cloud }) => {
  const effects = new WeakMap<FastifyRequest, FaultEffect>()
  app.addHook('onRequest', async (request, reply) => {
    const effect = takeFault(cloud, request)
    if (!effect) return
    effects.set(request, effect)
    if (effect.kind === 'slow') await wait(effect.milliseconds)
    if (effect.kind === 'foreign-answer') return reply.code(effect.status).type('text/html').send(effect.body)
    refuse(effect, request, reply, cloudOfRequest(request, cloud))
  })
  app.addHook('preSerialization', async (request, _reply, payload) => {
    const effect = effects.get(request)
    return effect && isPage(payload) ? changePage(effect, payload, `${cloud.graphOrigin}${request.url}`) : payload
  })
  app.addHook('onSend', async (request, reply, payload) =>
    typeof payload === 'string' ? spoilBody(effects.get(request), reply, payload) : payload,
  )
})

const pathOf = (request: FastifyRequest) => request.url.split('?')[0] ?? ''

function refuse(effect: FaultEffect, request: FastifyRequest, reply: FastifyReply, cloud: Cloud): void {
  switch (effect.kind) {
    case 'refuse':
      if (effect.retryAfter !== undefined) reply.header('retry-after', retryAfter(effect.retryAfter, cloud))
      throw new GraphError(
        effect.status,
        effect.code ?? USUAL_CODES[effect.status] ?? 'UnknownError',
        effect.message ?? 'Refused as planned.',
      )
    case 'claims-challenge': {
      const claims = Buffer.from(effect.claims).toString('base64')
      throw new GraphError(
        401,
        'InvalidAuthenticationToken',
        'Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp',
        { 'www-authenticate': challenge(cloud.origin, `, error="insufficient_claims", claims="${claims}"`) },
      )
    }
    case 'token-revoked':
      throw new GraphError(401, 'InvalidAuthenticationToken', 'Access token has been revoked.')
    case 'page-token-expired':
      throw expiredPageToken()
    case 'delta-token-expired':
      throw deltaExpired(effect.form, request, cloud)
  }
}

function deltaExpired(form: '400' | '410' | '410-resync', request: FastifyRequest, cloud: Cloud): GraphError {
  if (form === '400')
    return new GraphError(
      400,
      'syncStateNotFound',
      'The sync state generation is not found; please perform a full synchronization.',
    )
  if (form === '410')
    return new GraphError(
      410,
      'SyncStateNotFound',
      'The sync state generation is not found; please perform a full synchronization.',
    )
  const location = `${cloud.graphOrigin}${pathOf(request)}?$deltatoken=`
  return new GraphError(
    410,
    'resyncRequired',
    'Resync required. Any deltaLink obtained before is not valid any more.',
    { location },
  )
}

export function retryAfter(wanted: number | string | { dateIn: number }, cloud: Cloud): string {
  return typeof wanted !== 'object' ? String(wanted) : new Date(cloud.clock.now() + wanted.dateIn * 1_000).toUTCString()
}

type Page = { value: unknown[]; [member: string]: unknown }

function isPage(payload: unknown): payload is Page {
  return typeof payload === 'object' && payload !== null && 'value' in payload && Array.isArray(payload.value)
}

/** Puts a page's links before its items, as Graph does. */
function withNextLink(
  { '@odata.deltaLink': _, '@odata.nextLink': __, '@odata.context': context, ...rest }: Page,
  link: string,
): Page {
  return { '@odata.context': context, '@odata.nextLink': link, ...rest }
}

function changePage(effect: FaultEffect, page: Page, url: string): Page {
  switch (effect.kind) {
    case 'empty-page': {
      // Makes the link differ from the request's: a client may take the same link for a loop.
      const link = new URL(url)
      link.searchParams.set('$emptied', String(Number(link.searchParams.get('$emptied')) + 1))
      return { ...withNextLink(page, link.href), value: [] }
    }
    case 'repeated-link': {
      const link = new URL(url)
      if (effect.to === 'first') link.searchParams.delete('$skiptoken')
      return withNextLink(page, link.href)
    }
    case 'repeated-items':
      return { ...page, value: [...page.value, ...page.value] }
    case 'reversed-items':
      return { ...page, value: page.value.toReversed() }
    case 'odd-property': {
      const { property, value } = effect
      const hasIt = (item: unknown) => typeof item === 'object' && item !== null && property in item
      return {
        ...page,
        value: page.value.map((item) => (hasIt(item) ? { ...(item as object), [property]: value } : item)),
      }
    }
    default:
      return page
  }
}
