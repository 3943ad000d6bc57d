import { type RetryAfter, UNTOLD_WAIT } from '@jackfield/contract/http/retry-after'
import type { Cloud } from '@jackfield/contract/microsoft/microsoft-cloud'
import { explainRefusal } from '@jackfield/microsoft-identity/aadsts'
import { CLOUDS } from '@jackfield/microsoft-identity/clouds'
import type { EntraFailure } from '@jackfield/microsoft-identity/entra-failure'
import type { Failure } from '../../domain/connection/connection-evidence.ts'

const TRY_AGAIN = 'Try again in a few minutes. If it stays, check that this platform may reach the Microsoft cloud.'

/** Names a cloud as Control and the API do. GCC High and DoD share one Entra ID, so it could be either. */
function cloudText(cloud: Cloud): string {
  const text = (id: Cloud) => `“${CLOUDS[id].name}” (${id})`
  return cloud === 'us-gov' ? `${text('us-gov')} or ${text('us-gov-dod')}` : text(cloud)
}

/** A failure of Entra ID in an administrator's words; what Entra ID wrote itself is not passed on. */
export function failureOf(failure: EntraFailure, wait?: RetryAfter): Failure {
  if (failure.kind === 'busy') return busyFailure('Entra ID', wait)
  if (failure.kind === 'untrusted-certificate') return untrustedFailure('Entra ID', failure.code)
  if (failure.kind !== 'refused') return silentFailure(failure.kind, 'Entra ID')
  const { code, correlationId, otherCloud } = failure
  const { message, remedy } = explainRefusal(failure)
  const cloud =
    otherCloud &&
    `Set the cloud of this account to ${cloudText(otherCloud)}. A registration of that cloud is needed too.`
  return { kind: 'refused', code, correlationId, message, remedy: cloud ?? remedy }
}

export function silentFailure(kind: 'timeout' | 'unreachable' | 'malformed', who: string): Failure {
  const messages = {
    timeout: `${who} did not answer in time.`,
    unreachable: `${who} could not be reached.`,
    malformed: `${who} gave an answer that makes no sense.`,
  }
  return { kind, message: messages[kind], remedy: TRY_AGAIN }
}

export function busyFailure(who: string, { seconds }: RetryAfter = UNTOLD_WAIT): Failure {
  const message = `${who} asks to send fewer requests.`
  return {
    kind: 'busy',
    code: 'throttled',
    message,
    remedy: `Test again in ${seconds} seconds. Imports wait by themselves.`,
  }
}

/** Not "could not be reached": another network path or another hour changes nothing (FC-39). */
export function untrustedFailure(who: string, code: string): Failure {
  return {
    kind: 'untrusted-certificate',
    code,
    message: `The certificate that came from the host of ${who} is not trusted (${code}).`,
    remedy:
      'Something between this platform and Microsoft, such as a proxy that inspects TLS, presents its own certificate, or the clock is wrong. Let whoever runs the platform add the proxy’s authority to NODE_EXTRA_CA_CERTS, or exempt Microsoft’s hosts from inspection.',
  }
}
