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
export function failureOf(failure: EntraFailure): Failure {
  if (failure.kind !== 'refused') return silentFailure(failure.kind, 'Entra ID')
  const { code, correlationId, otherCloud } = failure
  const { message, remedy } = explainRefusal(failure)
  const cloud =
    otherCloud &&
    `Set the cloud of this account to ${cloudText(otherCloud)}. A registration of that cloud is needed too.`
  return { kind: 'refused', code, correlationId, message, remedy: cloud ?? remedy }
}

export function silentFailure(kind: Exclude<Failure['kind'], 'refused'>, who: string): Failure {
  const messages = {
    timeout: `${who} did not answer in time.`,
    unreachable: `${who} could not be reached.`,
    malformed: `${who} gave an answer that makes no sense.`,
  }
  return { kind, message: messages[kind], remedy: TRY_AGAIN }
}
