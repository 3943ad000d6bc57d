import { PROBLEMS, type ProblemCode } from '@jackfield/contract/http/problems/catalogue'
import { html } from '@jackfield/http-server/html'
import type { FastifyPluginAsync } from 'fastify'
import { refuse } from '../../errors.ts'
import { sendPage } from '../../http/page-plugin.ts'

/** The page about a code of the admin API, where the `type` of its problem details leads (RFC 9457 3.1.1). */
export const showProblem: FastifyPluginAsync = async (app) => {
  app.get<{ Params: { code: string } }>('/api/v1/problems/:code', async (request, reply) => {
    const { code } = request.params
    if (request.site.kind !== 'control' || !Object.hasOwn(PROBLEMS, code)) throw refuse('not-found')
    const { status, title, help } = PROBLEMS[code as ProblemCode]
    const body = html`<p>${help}</p><p>Code <code>${code}</code>, HTTP status ${String(status)}.</p>
<div class="actions"><a class="button" href="/api/v1/docs">Reference of the admin API</a></div>`
    return sendPage(reply, 200, { title, body })
  })
}
