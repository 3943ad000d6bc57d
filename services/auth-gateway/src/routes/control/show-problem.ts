import { PROBLEMS, type ProblemCode } from '@jackfield/contract/http/problems/catalogue'
import type { FastifyPluginAsync } from 'fastify'
import { refuse } from '../../errors.ts'
import { sendPage, textsOf } from '../../http/page-plugin.ts'
import { problemPage } from '../../pages/control-pages.ts'

/** The page about a code of the admin API, where the `type` of its problem details leads (RFC 9457 3.1.1). */
export const showProblem: FastifyPluginAsync = async (app) => {
  app.get<{ Params: { code: string } }>('/api/v1/problems/:code', async (request, reply) => {
    const { code } = request.params
    if (request.site.kind !== 'control' || !Object.hasOwn(PROBLEMS, code)) throw refuse('not-found')
    return sendPage(reply, 200, problemPage(textsOf(request), code as ProblemCode))
  })
}
