import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { FastifyPluginAsync } from 'fastify'
import { SIGNED_IN_PATH } from '../../domain/app-registration.ts'
import { lookOf } from '../../http/page-plugin.ts'
import { languageHeaders } from '../../pages/layout.ts'
import { signedInPage, signedInPolicy } from '../../pages/signed-in-page.ts'
import { sourceOf } from '../../pages/style.ts'

const SCRIPT = readFileSync(fileURLToPath(import.meta.resolve('@jackfield/browser-signin/bridge.js')), 'utf8')
const SCRIPT_SOURCE = sourceOf(SCRIPT)

/**
 * Ends the sign-in of a browser app on the app's own origin. The response stays in the browser: this page reads nothing
 * of the request.
 */
export const showSignedIn: FastifyPluginAsync = async (app) => {
  app.get(SIGNED_IN_PATH, { exposeHeadRoute: false }, async (request, reply) => {
    const look = lookOf(request)
    return reply
      .header('content-security-policy', signedInPolicy(look, SCRIPT_SOURCE))
      .header('cache-control', 'no-store')
      .headers(languageHeaders(look))
      .type('text/html; charset=utf-8')
      .send(signedInPage(look, SCRIPT))
  })
}
