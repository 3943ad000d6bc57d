import type { ProblemCode } from './catalogue.ts'

/**
 * The codes with which an operation refuses, for the `refusals` of its schema. What guards and the edge refuse is
 * declared where they are registered.
 */
export const refusals = (...codes: readonly ProblemCode[]): readonly ProblemCode[] => codes

/** Refusals of a credential that is sent. */
export const CREDENTIAL_REFUSALS = refusals(
  'secret-is-an-id',
  'secret-already-expired',
  'certificate-unreadable',
  'private-key-unreadable',
  'private-key-mismatch',
  'certificate-not-rsa',
  'certificate-already-expired',
  'federation-not-set-up',
  'federation-token-unreadable',
)
