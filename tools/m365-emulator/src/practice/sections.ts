import { randomUUID } from 'node:crypto'
import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../cloud.ts'
import { directoryControl } from '../control/directory-control.ts'
import { type Application, Platform } from '../directory/application.ts'
import type { Directory } from '../directory/directory.ts'
import { mayConsentForOrganization } from '../directory/directory-roles.ts'
import { type Administrator, onApplication } from './administrator.ts'
import { authenticationPage, credentialsSectionPage, type ListedPermission, permissionsPage } from './pages/section-pages.ts'
import { isOffered, type PermissionType } from './permissions.ts'
import type { Form, OfApplication } from './practice.ts'
import { change, platformOf } from './register.ts'

const MONTH = (730 / 24) * 24 * 3_600_000

/** The pages of one registration: authentication, credentials, permissions. */
export const sections: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  const path = '/admin/applications/:appId'
  app.get<OfApplication>(`${path}/authentication`, async (request, reply) =>
    onApplication(cloud, request, reply, (application, administrator) => authenticationPage(administrator, application)),
  )
  app.post<OfApplication>(`${path}/authentication`, async (request, reply) =>
    onApplication(cloud, request, reply, (application, administrator) => {
      const error = changeAuthentication(administrator.directory, application, request.body ?? {})
      if (error) reply.code(400)
      return authenticationPage(administrator, current(administrator, application), error)
    }),
  )

  app.get<OfApplication>(`${path}/credentials`, async (request, reply) =>
    onApplication(cloud, request, reply, (application, administrator) => credentialsSectionPage(administrator, application)),
  )
  app.post<OfApplication>(`${path}/credentials`, async (request, reply) =>
    onApplication(cloud, request, reply, (application, administrator) => {
      const { step, months, keyId = randomUUID() } = request.body ?? {}
      const { directory } = administrator
      if (step === 'remove') directory.removeSecret(application.appId, keyId)
      if (step !== 'add') return credentialsSectionPage(administrator, current(administrator, application))
      const life = ['6', '12', '24'].includes(months ?? '') ? Number(months) : 6
      const endDateTime = new Date(cloud.clock.now() + life * MONTH).toISOString()
      const { secretText, keyId: id } = directoryControl(cloud, directory.id).addSecret(application.appId, { endDateTime })
      return credentialsSectionPage(administrator, current(administrator, application), { created: { value: secretText, keyId: id } })
    }),
  )

  app.get<OfApplication>(`${path}/permissions`, async (request, reply) =>
    onApplication(cloud, request, reply, (application, administrator) => showPermissions(administrator, application)),
  )
  app.post<OfApplication>(`${path}/permissions`, async (request, reply) =>
    onApplication(cloud, request, reply, (application, administrator) => {
      const { directory, user } = administrator
      const { step, permission = '' } = request.body ?? {}
      if (step === 'consent' && !mayConsent(user, application)) {
        reply.code(403)
        return showPermissions(administrator, application, 'Your role may not grant consent for everybody.')
      }
      if (step === 'consent') directory.consent(application.appId, application.requiredRoles, cloud.clock.now())
      if (step === 'add' || step === 'remove') changePermission(directory, application, step, permission)
      return showPermissions(administrator, current(administrator, application))
    }),
  )
}

/** The registration as a change has left it. */
function current({ directory }: Administrator, { appId, ...before }: Application): Application {
  return directory.applications.get(appId) ?? { appId, ...before }
}

function mayConsent(user: Administrator['user'], { requiredRoles }: Application): boolean {
  return mayConsentForOrganization(user, { hasApplicationPermissions: requiredRoles.length > 0 })
}

function changeAuthentication(directory: Directory, application: Application, { step, platform, uri = '' }: Form): string | undefined {
  const given = uri.trim()
  if (step === 'logout') return change(directory, application, { logoutUrl: given || undefined })
  const chosen = platformOf(platform)
  const redirectUris = Object.fromEntries(
    Platform.options.map((one) => {
      const known = application.redirectUris[one]
      if (step === 'remove') return [one, known.filter((registered) => registered !== given)]
      return [one, step === 'add' && one === chosen ? [...known, given] : known]
    }),
  )
  return change(directory, application, { redirectUris })
}

function changePermission(directory: Directory, application: Application, step: 'add' | 'remove', permission: string): void {
  const [type, name = ''] = permission.split(' ') as [PermissionType, string | undefined]
  const member = type === 'application' ? 'requiredRoles' : 'requiredScopes'
  const others = application[member].filter((listed) => listed !== name)
  if (step === 'add' && !isOffered(type === 'application' ? 'application' : 'delegated', name)) return
  directory.changeApplication(application.appId, { [member]: step === 'add' ? [...others, name] : others })
}

function showPermissions(administrator: Parameters<typeof permissionsPage>[0], application: Application, error?: string): string {
  const principal = administrator.directory.principals.get(application.appId)
  const listed: ListedPermission[] = [
    ...application.requiredRoles.map((name) => ({ type: 'application' as const, name, granted: principal?.roles.has(name) ?? false })),
    ...application.requiredScopes.map((name) => ({ type: 'delegated' as const, name, granted: principal?.everyUser ?? false })),
  ]
  return permissionsPage(administrator, application, listed, { mayConsent: mayConsent(administrator.user, application), error })
}
