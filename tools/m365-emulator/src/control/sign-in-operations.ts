import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { SignInAgent } from '../headless-sign-in.ts'
import { injectFetch } from '../inject-fetch.ts'
import { directoryControl } from './directory-control.ts'
import { UserTokenRequest } from './issue-tokens.ts'
import { type Operation, operation } from './operation.ts'

const SignIn = z.strictObject({ authorizeUrl: z.url(), userName: z.string(), password: z.string().optional() })
const AppTokenRequest = z.strictObject({ scope: z.literal('https://graph.microsoft.com/.default').optional() })

/** Signing in without a browser, and tokens without a sign-in. */
export const signInOperations = (cloud: Cloud, app: FastifyInstance): Operation[] => [
  operation('POST', '/sign-ins', {
    summary: 'Sign a person in as a browser would; answers the address at the application where it ends',
    body: SignIn,
    run: async ({ body: { authorizeUrl, userName, password } }) => ({
      location: (await signInHeadless(cloud, app, authorizeUrl, userName, password)).href,
    }),
  }),
  operation('POST', '/directories/{d}/users/{u}/tokens', {
    summary: "Tokens of a person, as the token endpoint's answer",
    body: UserTokenRequest,
    run: ({ params, body }) => directoryControl(cloud, params.d).userTokens(params.u, body),
  }),
  operation('POST', '/directories/{d}/applications/{a}/tokens', {
    summary: "An application's own token (client credentials), as the token endpoint's answer",
    body: AppTokenRequest,
    run: ({ params }) => directoryControl(cloud, params.d).applicationTokens(params.a),
  }),
]

/** The origin of `authorizeUrl` does not matter: a client may reach the emulator under another name. */
export function signInHeadless(
  cloud: Cloud,
  app: FastifyInstance,
  authorizeUrl: string | URL,
  userName: string,
  password?: string,
): Promise<URL> {
  const { pathname, search } = new URL(authorizeUrl)
  const agent = new SignInAgent(cloud.origin, injectFetch(app))
  return agent.reachApplication(new URL(`${pathname}${search}`, cloud.origin), userName, password)
}
