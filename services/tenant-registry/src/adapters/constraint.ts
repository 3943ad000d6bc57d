/** The constraint that refused a write (SQLSTATE 23505 unique, 23503 foreign key), or undefined for any other error. */
export function violatedConstraint(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && (cause.code === '23505' || cause.code === '23503') && 'constraint' in cause)
      return String(cause.constraint)
  }
  return undefined
}

/** Runs a write; a violated constraint of `outcomes` is an answer, every other error stays one. */
export async function orOutcome<Result, Outcome extends string>(
  write: () => Promise<Result>,
  outcomes: Readonly<Record<string, Outcome>>,
): Promise<Result | Outcome> {
  try {
    return await write()
  } catch (error) {
    const outcome = outcomes[violatedConstraint(error) ?? '']
    if (outcome === undefined) throw error
    return outcome
  }
}
