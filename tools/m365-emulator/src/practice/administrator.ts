import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Cloud } from '../cloud.ts'
import type { Application } from '../directory/application.ts'
import type { Account } from '../directory/directories.ts'
import { mayManageEveryApplication } from '../directory/directory-roles.ts'
import { SESSION_COOKIE } from '../entra/identify.ts'
import { messagePage } from './pages/practice-layout.ts'

export type Administrator = Account

/** Who works in the practice pages: the latest signed-in account that may manage the registrations of its directory. */
export function findAdministrator(cloud: Cloud, request: FastifyRequest): Administrator | undefined {
  const accounts = cloud.sessions.accounts(request.cookies[SESSION_COOKIE], cloud.directories)
  return accounts.findLast(({ user }) => mayManageEveryApplication(user))
}

type Work = (administrator: Administrator) => string

/** Runs a page for the signed-in administrator; others are sent to the sign-in first. */
export function asAdministrator(cloud: Cloud, request: FastifyRequest, reply: FastifyReply, work: Work) {
  const administrator = findAdministrator(cloud, request)
  if (!administrator) return reply.redirect('/admin', 303)
  return reply.type('text/html; charset=utf-8').send(work(administrator))
}

type ApplicationWork = (application: Application, administrator: Administrator) => string

/** The same for one registration of the administrator's own directory. */
export function onApplication(
  cloud: Cloud,
  request: FastifyRequest<{ Params: { appId: string } }>,
  reply: FastifyReply,
  work: ApplicationWork,
) {
  return asAdministrator(cloud, request, reply, (administrator) => {
    const application = administrator.directory.applications.get(request.params.appId.toLowerCase())
    if (application) return work(application, administrator)
    reply.code(404)
    return messagePage(administrator, 'Not found', 'This directory has no such registration.')
  })
}
