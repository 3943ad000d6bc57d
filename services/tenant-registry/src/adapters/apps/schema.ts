import { boolean, index, jsonb, text, uuid } from '@jackfield/postgres/drizzle'
import { bytea, created, registry, updated, version } from '../schema.ts'

/** The catalogue of apps. */
export const app = registry.table('app', {
  clientId: text('client_id').primaryKey(),
  name: text('name').notNull(),
  kind: text('kind').notNull(),
  sharedUrl: text('shared_url'),
  tenantUrl: text('tenant_url').notNull(),
  callbackPaths: text('callback_paths').array().notNull(),
  redirectSchemes: text('redirect_schemes').array().notNull().default([]),
  postLogoutPaths: text('post_logout_paths').array().notNull(),
  backchannelLogoutPath: text('backchannel_logout_path'),
  requiresBinding: boolean('requires_binding').notNull(),
  idTokenSignedResponseAlg: text('id_token_signed_response_alg').notNull().default('RS256'),
  tokenEndpointAuthMethod: text('token_endpoint_auth_method').notNull().default('none'),
  jwks: jsonb('jwks'),
  jwksUri: text('jwks_uri'),
  createdAt: created(),
  updatedAt: updated(),
  version: version(),
})

/** Secrets of confidential apps, hashed. */
export const appSecret = registry.table(
  'app_secret',
  {
    id: uuid('id').primaryKey(),
    clientId: text('client_id')
      .notNull()
      .references(() => app.clientId, { onDelete: 'cascade' }),
    hint: text('hint').notNull(),
    hash: bytea('hash').notNull(),
    createdAt: created(),
  },
  (table) => [index('app_secret_client').on(table.clientId)],
)
