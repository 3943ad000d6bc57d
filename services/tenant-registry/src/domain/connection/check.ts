import type { Check, CheckId } from '@jackfield/contract/microsoft/verification'
import { type RegistrationPage, registrationLink } from '@jackfield/microsoft-identity/admin-center-links'
import type { Failure } from './connection-evidence.ts'

/** The app registration that a check is about, and the origin of the admin center where it is changed. */
export type Registration = { clientId: string; adminCenter: string }

export function passed(id: CheckId, message: string): Check {
  return { id, status: 'passed', message, remedy: '' }
}

export function skipped(id: CheckId, message = 'Not tested: an earlier check failed.'): Check {
  return { id, status: 'skipped', message, remedy: '' }
}

export function failed(
  id: CheckId,
  { code, correlationId, message, remedy }: Failure,
  page: RegistrationPage,
  { clientId, adminCenter }: Registration,
): Check {
  return {
    id,
    status: 'failed',
    ...(code === undefined ? {} : { code }),
    message,
    remedy,
    link: registrationLink(adminCenter, clientId, page),
    ...(correlationId === undefined ? {} : { correlationId }),
  }
}
