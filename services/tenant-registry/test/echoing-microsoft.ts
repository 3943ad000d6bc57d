import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/**
 * An Entra ID that repeats in its refusals whatever it was sent, as a broken proxy or a debugging upstream would
 * (SE-02).
 */
export async function startEchoingMicrosoft() {
  const seen: string[] = []
  const server = createServer(async (request, response) => {
    const origin = `http://${request.headers.host}`
    const [, directoryId] = (request.url ?? '').split('/')
    const body = await text(request)
    const answer = (status: number, document: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document))
    if (request.url?.endsWith('/.well-known/openid-configuration')) {
      const issuer = `${origin}/${directoryId}/v2.0`
      return answer(200, {
        issuer,
        token_endpoint: `${origin}/${directoryId}/token`,
        jwks_uri: `${origin}/keys`,
        response_types_supported: [],
      })
    }
    seen.push(decodeURIComponent(body.replaceAll('+', ' ')))
    const description = `AADSTS7000215: you sent ${seen.at(-1)}`
    return answer(400, { error: 'invalid_client', error_description: description, error_codes: [7000215] })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Bodies of the token requests: what really was sent. */
    seen,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
