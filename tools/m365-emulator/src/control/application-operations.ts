import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { ApplicationChange, ApplicationSeed } from '../directory/application.ts'
import { GrantSeed } from '../directory/service-principal.ts'
import { directoryControl } from './directory-control.ts'
import { type Operation, operation } from './operation.ts'

const NewSecret = z.strictObject({
  value: z.string().min(16).max(64).optional(),
  displayName: z.string().max(120).optional(),
  endDateTime: z.iso.datetime().optional(),
})
const Roles = z.strictObject({ roles: z.array(z.string()).optional() })

/** `{a}` is a client id. */
export function applicationOperations(cloud: Cloud): Operation[] {
  const directory = ({ d }: { d: string }) => directoryControl(cloud, d)
  return [
    operation('GET', '/directories/{d}/applications', {
      summary: 'Registrations of the directory, with their secrets',
      run: ({ params }) => directory(params).applications(),
    }),
    operation('POST', '/directories/{d}/applications', {
      summary: 'Register an application',
      body: ApplicationSeed,
      run: ({ params, body }) => directory(params).registerApplication(body),
    }),
    operation('PATCH', '/directories/{d}/applications/{a}', {
      summary: 'Change a registration; certificates and federated credentials included',
      body: ApplicationChange,
      run: ({ params, body }) => directory(params).changeApplication(params.a, body),
    }),
    operation('POST', '/directories/{d}/applications/{a}/secrets', {
      summary: 'Add a client secret; without a value a new one',
      body: NewSecret,
      run: ({ params, body: { value, displayName, endDateTime } }) =>
        directory(params).addSecret(params.a, {
          ...(value !== undefined && { value }),
          ...(displayName !== undefined && { displayName }),
          ...(endDateTime !== undefined && { endDateTime }),
        }),
    }),
    operation('POST', '/directories/{d}/applications/{a}/secrets/expire', {
      summary: 'Expire every secret now (AADSTS7000222)',
      run: ({ params }) => directory(params).expireSecrets(params.a),
    }),
    operation('DELETE', '/directories/{d}/applications/{a}/secrets/{k}', {
      summary: 'Remove a secret by its key id',
      run: ({ params }) => directory(params).removeSecret(params.a, params.k),
    }),
    operation('PUT', '/directories/{d}/consents/{a}', {
      summary: 'Admin consent: application permissions by name, and sign-in for every user',
      body: GrantSeed.omit({ appId: true }),
      run: ({ params, body }) => directory(params).grantConsent(params.a, body),
    }),
    operation('DELETE', '/directories/{d}/consents/{a}', {
      summary: 'Withdraw these application permissions, or without a list every consent',
      body: Roles,
      run: ({ params, body }) => directory(params).withdrawConsent(params.a, body.roles),
    }),
    operation('DELETE', '/directories/{d}/enterprise-applications/{a}', {
      summary: 'Remove the enterprise application: the directory no longer knows it',
      run: ({ params }) => directory(params).removeEnterpriseApplication(params.a),
    }),
  ]
}
