import { ControlSignInAnswer, type ControlSignInRequest } from '@jackfield/contract/access/control-sign-in'
import { request } from './request.ts'

/** Starts the sign-in: returns Microsoft's address, or the accounts to choose from. */
export function beginSignIn(body: ControlSignInRequest) {
  return request(ControlSignInAnswer, 'POST', '/auth/control/sign-ins', { body })
}
