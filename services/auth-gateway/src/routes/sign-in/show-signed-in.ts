import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { FastifyPluginAsync } from 'fastify'
import { SIGNED_IN_PATH } from '../../domain/app-registration.ts'
import { sendPage, textsOf } from '../../http/page-plugin.ts'
import { signedInPage } from '../../pages/script-pages.ts'

const SCRIPT = readFileSync(fileURLToPath(import.meta.resolve('@jackfield/browser-signin/bridge.js')), 'utf8')

/**
 * Ends the sign-in of a browser app on the app's own origin. The response stays in the browser: this page reads nothing
 * of the request.
 */
export const showSignedIn: FastifyPluginAsync = async (app) => {
  app.get(SIGNED_IN_PATH, async (request, reply) => sendPage(reply, 200, signedInPage(textsOf(request), SCRIPT)))
}
