import { z } from 'zod'

/**
 * `browser` and `native` apps are public clients with PKCE; `server` apps use the cookie session; `device` apps the
 * device code.
 */
const AppKind = z.enum(['browser', 'server', 'native', 'device'])

export const ClientId = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/, 'must be 1 to 64 lower-case letters, digits, dots, hyphens')

/**
 * A path on the app's own host: absolute, no query, no fragment, no dot segment, nothing that needs encoding (RFC 9700
 * 4.1).
 */
export const AppPath = z
  .string()
  .max(200)
  .regex(/^\/(?!\/)[A-Za-z0-9_~./-]*$/, 'must be an absolute path without query or fragment')
  .refine((path) => !/(^|\/)\.{1,2}(\/|$)|\/\//.test(path), 'must not contain dot segments or empty segments')

const AppUrl = z.string().trim().max(300)

const appMembers = {
  name: z.string().trim().min(1).max(120),
  sharedUrl: AppUrl.optional().meta({ description: 'The app on its shared host, for every tenant' }),
  tenantUrl: AppUrl.meta({
    description: 'The app on a tenant’s host; `{tenant}` is the slug',
    examples: ['https://{tenant}.phone.example/web'],
  }),
  callbackPaths: z
    .array(AppPath)
    .max(10)
    .meta({ description: 'At least one, except for a device, to which no browser returns' }),
  postLogoutPaths: z.array(AppPath).max(10).default([]),
  backchannelLogoutPath: AppPath.optional(),
  requiresBinding: z.boolean().default(false),
  kind: AppKind,
}

export const NewApp = z
  .strictObject(appMembers)
  .refine(({ kind, callbackPaths }) => kind === 'device' || callbackPaths.length > 0, {
    path: ['callbackPaths'],
    message: 'must have at least one path',
  })
export type NewApp = z.infer<typeof NewApp>

/** A frontend of the phone system: an OpenID Connect client of the gateway on every tenant host. */
export const App = z.object({ clientId: ClientId, ...appMembers }).meta({ id: 'App' })
export type App = z.infer<typeof App>
