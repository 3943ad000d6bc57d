import { PROBLEMS } from '@jackfield/contract/http/problems/catalogue'
import { defineErrors } from './app-error.ts'

/** Refuses with a code of the admin API's catalogue. */
export const refuse = defineErrors(PROBLEMS)
