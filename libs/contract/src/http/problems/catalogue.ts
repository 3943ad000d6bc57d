import { CONFLICTING } from './conflicting.ts'
import { INVALID } from './invalid.ts'
import { MISSING } from './missing.ts'
import { PASSING } from './passing.ts'

/**
 * Every code with which the admin API refuses (RFC 9457). Codes and titles are stable; `help` says what to do about it
 * and is the problem's `detail` unless the case has its own. Each code has a page at `/api/v1/problems/<code>`.
 */
export const PROBLEMS = { ...INVALID, ...MISSING, ...CONFLICTING, ...PASSING }

export type ProblemCode = keyof typeof PROBLEMS
