import { ExtensionHolder } from '@jackfield/contract/roster/phone-user'
import { z } from 'zod'
import { problemOf } from '../../api/api-problem.ts'

const Taken = z.object({
  code: z.literal('extension-taken'),
  holder: ExtensionHolder.pick({ displayName: true, hold: true }),
})

/** The message at the extension field: who holds it, or that it does not exist. */
export function bindingRefusal(error: unknown): string | undefined {
  if (!error) return undefined
  const problem = problemOf(error)
  const taken = Taken.safeParse(problem)
  if (taken.success && taken.data.holder.hold) return problem.detail ?? problem.title
  if (taken.success) return `This extension is taken by ${taken.data.holder.displayName}.`
  if (problem.code === 'extension-taken' || problem.code === 'extension-not-found')
    return problem.detail ?? problem.title
  return problem.errors?.find(({ path }) => path.endsWith('.extension'))?.message
}
