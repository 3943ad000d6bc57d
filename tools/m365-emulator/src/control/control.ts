import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import type { ApplicationChange, ApplicationSeed } from '../directory/application.ts'
import { PolicySeed } from '../directory/conditional-access.ts'
import type { PhotoSeed } from '../directory/photo.ts'
import type { DirectorySeedInput } from '../directory/seed.ts'
import type { GrantSeed } from '../directory/service-principal.ts'
import type { UserChange, UserSeed } from '../directory/user.ts'
import type { TamperInput } from '../entra/issued-tokens/tampering.ts'
import { EntraSettings } from '../entra/settings.ts'
import { faultControl } from '../faults/fault-control.ts'
import { GraphSettings } from '../graph/settings.ts'
import type { ChangeScriptInput } from '../population/change-script.ts'
import { directoryControl } from './directory-control.ts'
import { groupControl } from './group-control.ts'
import { notificationControl } from './notification-control.ts'

type InDirectory = { Params: { d: string; u: string; a: string; k: string } }

const Throttle = z.strictObject({
  enabled: z.boolean().optional(),
  unitsPerWindow: z.number().int().min(1).nullish(),
  sendRetryAfter: z.boolean().optional(),
})
/** Pages through users: a large directory does not fit into one answer. */
const Slice = z.object({
  start: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(10_000).default(10_000),
})
const Time = z.strictObject({ milliseconds: z.number().int().min(0) })
const Roles = z.strictObject({ roles: z.array(z.string()).optional() })

/**
 * The programmatic controls over HTTP, for tests and tools in other processes. Bodies are validated by the function
 * that applies them.
 */
export const control: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  app.setErrorHandler<Error>((error, _request, reply) => {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : error.message
    return reply.code(400).send({ error: message })
  })
  const directory = (idOrDomain: string) => directoryControl(cloud, idOrDomain)
  const done = { done: true }

  app.get('/requests', async () => ({ counts: cloud.requests.counts(), latest: cloud.requests.latest() }))
  app.delete('/requests', async () => {
    cloud.requests.clear()
    return done
  })
  app.post('/keys/roll', async ({ body }) => {
    await cloud.keys.roll(
      z.strictObject({ keepOld: z.boolean().optional() }).parse(body ?? {}) as { keepOld?: boolean },
    )
    return done
  })
  app.post('/id-tokens/tamper', async ({ body }) => {
    cloud.tampering.next(body as TamperInput)
    return done
  })
  app.post('/time/advance', async ({ body }) => {
    cloud.clock.advance(Time.parse(body).milliseconds)
    return { now: cloud.clock.date().toISOString() }
  })
  app.put('/throttle', async ({ body }) => {
    const given = Object.entries(Throttle.parse(body)).filter(([, value]) => value !== undefined)
    return Object.assign(cloud.throttle, Object.fromEntries(given))
  })
  app.put('/entra', async ({ body }) => Object.assign(cloud.entra, EntraSettings.partial().parse(body)))
  app.put('/graph', async ({ body }) => Object.assign(cloud.graph, GraphSettings.partial().parse(body)))

  await app.register(notificationControl, { cloud })
  await app.register(faultControl, { cloud })
  await app.register(groupControl, { cloud })

  app.get('/directories', async () =>
    cloud.directories.all().map(({ id, displayName, domains }) => ({ id, displayName, domains })),
  )
  app.post('/directories', async ({ body }) => ({ id: cloud.directories.add(body as DirectorySeedInput).id }))
  app.get<InDirectory>('/directories/:d/users', async ({ params, query }) =>
    directory(params.d).users(Slice.parse(query)),
  )
  app.post<InDirectory>('/directories/:d/users', async ({ params, body }) =>
    directory(params.d).addUser(body as UserSeed),
  )
  app.get<InDirectory>('/directories/:d/users/:u', async ({ params }) => directory(params.d).user(params.u))
  app.patch<InDirectory>('/directories/:d/users/:u', async ({ params, body }) =>
    directory(params.d).changeUser(params.u, body as UserChange),
  )
  app.delete<InDirectory>('/directories/:d/users/:u', async ({ params }) => {
    directory(params.d).deleteUser(params.u)
    return done
  })
  app.post<InDirectory>('/directories/:d/users/:u/restore', async ({ params }) =>
    directory(params.d).restoreUser(params.u),
  )
  app.post<InDirectory>('/directories/:d/users/:u/purge', async ({ params }) => {
    directory(params.d).purgeUser(params.u)
    return done
  })
  app.post<InDirectory>('/directories/:d/users/:u/revoke-sessions', async ({ params }) => {
    directory(params.d).revokeSessions(params.u)
    return done
  })
  app.put<InDirectory>('/directories/:d/users/:u/photo', async ({ params, body }) => {
    directory(params.d).setPhoto(params.u, body as PhotoSeed | null)
    return done
  })
  app.put<InDirectory>('/directories/:d/conditional-access', async ({ params, body }) => {
    directory(params.d).setConditionalAccess(z.array(PolicySeed).parse(body))
    return done
  })
  app.post<InDirectory>('/directories/:d/delta-tokens/expire', async ({ params }) => {
    directory(params.d).expireDeltaTokens()
    return done
  })

  app.post<InDirectory>('/directories/:d/changes', async ({ params, body }) =>
    directory(params.d).playChanges(body as ChangeScriptInput),
  )

  app.get<InDirectory>('/directories/:d/applications', async ({ params }) => directory(params.d).applications())
  app.post<InDirectory>('/directories/:d/applications', async ({ params, body }) =>
    directory(params.d).registerApplication(body as ApplicationSeed),
  )
  app.patch<InDirectory>('/directories/:d/applications/:a', async ({ params, body }) =>
    directory(params.d).changeApplication(params.a, body as ApplicationChange),
  )
  app.post<InDirectory>('/directories/:d/applications/:a/secrets', async ({ params, body }) =>
    directory(params.d).addSecret(
      params.a,
      (body ?? {}) as { value?: string; displayName?: string; endDateTime?: string },
    ),
  )
  app.post<InDirectory>('/directories/:d/applications/:a/secrets/expire', async ({ params }) => {
    directory(params.d).expireSecrets(params.a)
    return done
  })
  app.delete<InDirectory>('/directories/:d/applications/:a/secrets/:k', async ({ params }) => {
    directory(params.d).removeSecret(params.a, params.k)
    return done
  })
  app.put<InDirectory>('/directories/:d/consents/:a', async ({ params, body }) => {
    directory(params.d).grantConsent(params.a, (body ?? {}) as Omit<GrantSeed, 'appId'>)
    return done
  })
  app.delete<InDirectory>('/directories/:d/consents/:a', async ({ params, body }) => {
    directory(params.d).withdrawConsent(params.a, Roles.parse(body ?? {}).roles)
    return done
  })
  app.delete<InDirectory>('/directories/:d/enterprise-applications/:a', async ({ params }) => {
    directory(params.d).removeEnterpriseApplication(params.a)
    return done
  })
}
