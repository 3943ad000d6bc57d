import plugin from 'fastify-plugin'

/** Headers of every response; each page adds its content security policy. */
export const securityHeadersPlugin = plugin(async (app) => {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    reply.header('x-content-type-options', 'nosniff')
    reply.header('referrer-policy', 'no-referrer')
    reply.header('cross-origin-resource-policy', 'same-origin')
  })
})

/** One year (ASVS 3.4.1), only on sites that are served over https. */
export const securityHeadersOfSite = plugin(async (app) => {
  app.addHook('onRequest', async (request, reply) => {
    if (request.site.origin.startsWith('https:'))
      reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains')
  })
})
