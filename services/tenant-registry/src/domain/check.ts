import type { Check, CheckId } from '@jackfield/contract/verification'
import type { Failure } from './connection-evidence.ts'
import { type EntraPage, entraLink } from './entra-links.ts'

export function passed(id: CheckId, message: string): Check {
  return { id, status: 'passed', message, remedy: '' }
}

export function skipped(id: CheckId, message = 'Not tested: an earlier check failed.'): Check {
  return { id, status: 'skipped', message, remedy: '' }
}

export function failed(id: CheckId, { code, correlationId, message, remedy }: Failure, page: EntraPage, clientId: string): Check {
  return {
    id,
    status: 'failed',
    ...(code === undefined ? {} : { code }),
    message,
    remedy,
    link: entraLink(page, clientId),
    ...(correlationId === undefined ? {} : { correlationId }),
  }
}
