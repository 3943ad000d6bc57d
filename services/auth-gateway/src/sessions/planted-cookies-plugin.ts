import plugin from 'fastify-plugin'
import { withoutPlantedCookies } from '../domain/planted-cookies.ts'

/** Runs before any cookie is read, also by the OpenID Provider, which has its own parser. */
export const plantedCookiesPlugin = plugin(async (app) => {
  app.addHook('onRequest', async ({ raw }) => {
    if (raw.headers.cookie !== undefined) raw.headers.cookie = withoutPlantedCookies(raw.headers.cookie)
  })
})
