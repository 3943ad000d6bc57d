import plugin from 'fastify-plugin'
import type { Ports } from '../ports.ts'

/**
 * HEAD answers as GET would and has no effect (FC-07): Word, Outlook and Teams ask so before they open a link. Fastify runs
 * the handler of GET for it; what that changes is discarded, cookies included. Register it after the plugin of cookies,
 * which writes them in this hook, too.
 */
export const headPlugin = plugin<Pick<Ports, 'records'>>(async (app, { records }) => {
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.method === 'HEAD') records.discarding(done)
    else done()
  })
  app.addHook('onSend', async (request, reply) => {
    if (request.method === 'HEAD') reply.removeHeader('set-cookie')
  })
})
