import { explainAadsts } from '@jackfield/microsoft-identity/aadsts'
import type { EntraFailure } from '@jackfield/microsoft-identity/entra-failure'
import type { Failure } from '../domain/connection-evidence.ts'

const TRY_AGAIN = 'Try again in a few minutes. If it stays, check that this platform may reach the Microsoft cloud.'

/** A failure of Entra ID in an administrator's words; what Entra ID wrote itself is not passed on. */
export function failureOf(failure: EntraFailure): Failure {
  if (failure.kind !== 'refused') return silentFailure(failure.kind, 'Entra ID')
  const { code, correlationId } = failure
  return { kind: 'refused', code, correlationId, ...explainAadsts(code) }
}

export function silentFailure(kind: Exclude<Failure['kind'], 'refused'>, who: string): Failure {
  const messages = {
    timeout: `${who} did not answer in time.`,
    unreachable: `${who} could not be reached.`,
    malformed: `${who} gave an answer that makes no sense.`,
  }
  return { kind, message: messages[kind], remedy: TRY_AGAIN }
}
