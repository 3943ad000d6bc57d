import { problemOf } from '../api/api-problem.ts'

/**
 * The server's message for one field: from the list of schema errors, or from a problem whose code is about the field.
 */
export function fieldComplaint(error: unknown, field: string, codes: readonly string[] = []): string | undefined {
  if (!error) return undefined
  const { code, title, detail, errors } = problemOf(error)
  const named = errors?.find(({ path }) => path.split('.').at(-1) === field)
  if (named) return named.message
  return codes.includes(code) ? (detail ?? title) : undefined
}
