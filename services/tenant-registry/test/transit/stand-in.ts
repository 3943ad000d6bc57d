import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { keyring, Refusal } from './keyring.ts'
import { tokenStore } from './tokens.ts'

type Body = Record<string, unknown>
type Answer = { status: number; body?: object }
const MAY_USE_TRANSIT = 'jackfield'
const denied: Answer = { status: 403, body: { errors: ['permission denied'] } }
const refused = (...errors: string[]): Answer => ({ status: 400, body: { errors } })

/**
 * A server that answers like HashiCorp Vault and OpenBao where this service and its tests meet them: transit, tokens,
 * login by a Kubernetes service account, sealing. What it says was compared with a real OpenBao by running the same
 * tests on both.
 */
export async function startStandIn(root: string, reviewJwt: (jwt: string) => boolean) {
  const keys = new Map<string, ReturnType<typeof keyring>>()
  const state = { isSealed: false, holdMs: 0, redirectTo: '', echoAs: 0, passedMs: 0 }
  const tokens = tokenStore(root, () => Date.now() + state.passedMs)
  const logins: string[] = []
  const roles = new Map<string, { policies: string[]; ttl: number }>()
  const requests: Array<{ path: string; namespace: string | undefined }> = []

  function transit(verb: string, name: string, body: Body): Answer {
    const key = keys.get(name)
    if (!key)
      return verb === 'encrypt'
        ? { status: 403, body: { errors: ['1 error occurred:\n\t* permission denied\n\n'] } }
        : refused('encryption key not found')
    const bytes = (member: string) => Buffer.from(String(body[member] ?? ''), 'base64')
    try {
      if (verb === 'encrypt')
        return {
          status: 200,
          body: { data: { ciphertext: key.encrypt(bytes('plaintext'), bytes('associated_data')), key_version: 1 } },
        }
      const plaintext = key.decrypt(String(body.ciphertext), bytes('associated_data'))
      return { status: 200, body: { data: { plaintext: plaintext.toString('base64') } } }
    } catch (error) {
      if (error instanceof Refusal) return refused(error.message)
      throw error
    }
  }

  function login(body: Body): Answer {
    const role = roles.get(String(body.role))
    if (!role) return refused(`invalid role name "${body.role}"`)
    if (!reviewJwt(String(body.jwt))) return denied
    const auth = tokens.issue({ policies: role.policies, period: role.ttl, renewable: true })
    logins.push(auth.client_token)
    return { status: 200, body: { auth } }
  }

  /** What only the tests ask for, as the root. */
  function administer(path: string, body: Body): Answer {
    const [, name = '', action] = /^transit\/keys\/([\w-]+)(?:\/(rotate|config))?$/.exec(path) ?? []
    if (name && action === undefined) keys.set(name, keyring(String(body.type)))
    else if (action === 'rotate') keys.get(name)?.rotate()
    else if (action === 'config') keys.get(name)?.setOldest(Number(body.min_decryption_version))
    else if (path.startsWith('auth/kubernetes/role/'))
      roles.set(path.slice('auth/kubernetes/role/'.length), {
        policies: body.token_policies as string[],
        ttl: Number(body.token_ttl),
      })
    else if (path === 'auth/token/revoke') tokens.revoke(String(body.token))
    else if (path === 'sys/leases/revoke-prefix/auth/kubernetes/login')
      for (const token of logins.splice(0)) tokens.revoke(token)
    else if (path === 'sys/seal') state.isSealed = true
    else if (path === 'auth/token/create')
      return {
        status: 200,
        body: {
          auth: tokens.issue({
            policies: body.policies as string[],
            period: Number.parseInt(String(body.period ?? body.ttl), 10),
            renewable: body.renewable !== false,
          }),
        },
      }
    else return { status: 404, body: { errors: [`no handler for route "${path}". route entry not found.`] } }
    return { status: 204 }
  }

  function respond(path: string, header: (name: string) => string | undefined, body: Body): Answer {
    if (path === 'sys/unseal') {
      state.isSealed = false
      return { status: 200, body: { sealed: false } }
    }
    if (state.isSealed) return { status: 503, body: { errors: ['Vault is sealed'] } }
    if (path === 'auth/kubernetes/login') return login(body)
    const presented = header('x-vault-token')
    const token = tokens.find(presented)
    if (!token || presented === undefined) return denied
    if (path === 'auth/token/lookup-self')
      return { status: 200, body: { data: { ttl: tokens.ttl(token), renewable: token.renewable } } }
    if (path === 'auth/token/renew-self')
      return token.renewable
        ? { status: 200, body: { auth: tokens.renew(presented) } }
        : refused('lease is not renewable')
    const [, verb, name] = /^transit\/(encrypt|decrypt)\/([\w-]+)$/.exec(path) ?? []
    if (verb && name) return token.policies.includes(MAY_USE_TRANSIT) ? transit(verb, name, body) : denied
    return token.root ? administer(path, body) : denied
  }

  const server = createServer(async (request: IncomingMessage, response) => {
    const path = (request.url ?? '').replace(/^\/v1\//, '')
    const header = (name: string) => request.headers[name] as string | undefined
    requests.push({ path, namespace: header('x-vault-namespace') })
    const body = (await json(request).catch(() => ({}))) as Body
    if (state.holdMs > 0) await new Promise((resolve) => setTimeout(resolve, state.holdMs))
    const answer: Answer = state.redirectTo ? { status: 307 } : respond(path, header, body)
    // As a broken proxy would: everything that was sent stands in the refusal.
    if (state.echoAs)
      Object.assign(answer, { status: state.echoAs, body: { errors: [JSON.stringify([body, request.headers])] } })
    if (state.redirectTo) response.setHeader('location', state.redirectTo + request.url)
    response
      .writeHead(answer.status, { 'content-type': 'application/json' })
      .end(answer.body && JSON.stringify(answer.body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state,
    requests,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
