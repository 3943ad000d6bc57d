import plugin from 'fastify-plugin'
import { withoutPlantedCookies } from '../domain/planted-cookies.ts'

/** Before anything reads a cookie, the OpenID Provider included, which has its own reader. */
export const plantedCookiesPlugin = plugin(async (app) => {
  app.addHook('onRequest', async ({ raw }) => {
    if (raw.headers.cookie !== undefined) raw.headers.cookie = withoutPlantedCookies(raw.headers.cookie)
  })
})
