import plugin from 'fastify-plugin'

/** Headers of every answer of the sites; each page adds its own content security policy. */
export const securityHeadersPlugin = plugin(async (app) => {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    reply.header('x-content-type-options', 'nosniff')
    reply.header('referrer-policy', 'no-referrer')
    reply.header('cross-origin-resource-policy', 'same-origin')
  })
})

/** One year, as ASVS 3.4.1 asks; only what is served over https may promise it. */
export const securityHeadersOfSite = plugin(async (app) => {
  app.addHook('onRequest', async (request, reply) => {
    if (request.site.origin.startsWith('https:')) reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains')
  })
})
