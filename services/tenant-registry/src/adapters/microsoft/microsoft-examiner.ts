import type { Connection } from '@jackfield/contract/internal/internal-api'
import { explainedBy } from '@jackfield/microsoft-identity/aadsts-groups'
import { requestAppOnlyToken } from '@jackfield/microsoft-identity/app-only-token'
import {
  type MicrosoftOrigins,
  microsoftClouds,
  microsoftOrigins,
  type OriginOverrides,
} from '@jackfield/microsoft-identity/clouds'
import { discoverDirectory } from '@jackfield/microsoft-identity/entra-configuration'
import { explainClock } from '@jackfield/microsoft-identity/own-faults'
import type { MicrosoftEvidence } from '../../domain/connection/connection-evidence.ts'
import type { Microsoft } from '../../ports.ts'
import { failureOf } from './failure-text.ts'
import { probeChanges, probeUsers } from './graph-user-probe.ts'
import { probeRedirectUris } from './redirect-uri-probe.ts'

/** Upper bound of the whole test (SI-03); what has not answered by then timed out. */
const TOTAL_MS = 14_000

/** Entra ID does not know the app, or the directory has disabled it: redirect URIs cannot be probed. */
const NO_APP: ReadonlySet<string> = new Set(['AADSTS700016', 'AADSTS700038', 'AADSTS7000112'])

export function microsoftExaminer(overrides: OriginOverrides, now: () => Date): Microsoft {
  return {
    clouds: microsoftClouds(overrides),
    adminCenter: (cloud) => microsoftOrigins(cloud, overrides).adminCenter,
    // The second version of the endpoint: with `.default` it grants the application permissions, in every cloud alike.
    consentUrl({ clientId, directoryId, cloud }, redirectUri, state) {
      const { login, graphResource } = microsoftOrigins(cloud, overrides)
      const query = new URLSearchParams({
        client_id: clientId,
        scope: `${graphResource}/.default`,
        redirect_uri: redirectUri,
        state,
      })
      return `${login}/${directoryId}/v2.0/adminconsent?${query}`
    },
    async examine(connection, redirectUris) {
      const origins = microsoftOrigins(connection.cloud, overrides)
      const signal = AbortSignal.timeout(TOTAL_MS)
      let clock: MicrosoftEvidence['clock']
      const onAnswer = ({ headers }: Response) => {
        clock ??= readClock(headers.get('date'))
      }
      const result = await requestAppOnlyToken(connection, origins, now().getTime(), { signal, onAnswer })
      if (result.kind === 'directory-failed') {
        const isSwapped =
          result.failure.kind === 'refused' && (await isDirectory(connection.clientId, connection, origins, signal))
        return {
          directory: { kind: 'failed', failure: failureOf(result.failure, result.wait), isSwapped },
          token: undefined,
          users: undefined,
          changes: undefined,
          redirectUris: undefined,
        }
      }
      const token = tokenEvidence(result)
      const isAppKnown = !(
        result.kind === 'token-failed' &&
        result.failure.kind === 'refused' &&
        NO_APP.has(explainedBy(result.failure.code ?? ''))
      )
      const accessToken = result.kind === 'token' ? result.token.accessToken : undefined
      const [users, changes, probes] = await Promise.all([
        accessToken === undefined ? undefined : probeUsers(origins.graph, accessToken, signal),
        accessToken === undefined ? undefined : probeChanges(origins.graph, accessToken, signal),
        isAppKnown ? probeRedirectUris({ ...connection, loginOrigin: origins.login }, redirectUris, signal) : undefined,
      ])
      return { directory: { kind: 'found' }, clock, token, users, changes, redirectUris: probes }
    },
  }
}

/** More than ID tokens may be off (T-03). */
const CLOCK_TOLERANCE_SECONDS = 60

/** By the clock of the machine itself. */
function readClock(date: string | null): MicrosoftEvidence['clock'] {
  const seconds = (Date.parse(date ?? '') - Date.now()) / 1000
  return Math.abs(seconds) > CLOCK_TOLERANCE_SECONDS ? { isBehind: seconds > 0, ...explainClock(seconds) } : undefined
}

type TokenResult = Exclude<Awaited<ReturnType<typeof requestAppOnlyToken>>, { kind: 'directory-failed' }>

function tokenEvidence(result: TokenResult): NonNullable<MicrosoftEvidence['token']> {
  if (result.kind === 'token') {
    const refused = result.rotation?.worked === 'previous' ? { refusal: failureOf(result.rotation.refusal) } : {}
    return { kind: 'issued', roles: result.token.roles, ...refused }
  }
  if (result.kind === 'no-credential') return { kind: 'none-saved' }
  return { kind: 'failed', failure: failureOf(result.failure, result.wait) }
}

async function isDirectory(
  id: string,
  { clientId }: Connection,
  origins: MicrosoftOrigins,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await discoverDirectory({ clientId, directoryId: id, credential: null }, origins, { signal })
    return true
  } catch {
    return false
  }
}
