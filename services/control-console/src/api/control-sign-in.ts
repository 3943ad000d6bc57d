import { ControlSignInAnswer, type ControlSignInRequest } from '@jackfield/contract/control-sign-in'
import { request } from './request.ts'

/** Where to sign in with Microsoft, or among which accounts to choose first. */
export function beginSignIn(body: ControlSignInRequest) {
  return request(ControlSignInAnswer, 'POST', '/auth/control/sign-ins', { body })
}
