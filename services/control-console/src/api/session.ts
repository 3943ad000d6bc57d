import { Principal } from '@jackfield/contract/access/principal'
import { useQuery } from '@tanstack/react-query'
import { z } from 'zod'
import { problemOf } from './api-problem.ts'
import { request } from './request.ts'

const ADDRESS = '/auth/control/session'
export const SESSION_KEY = ['session'] as const

/** The signed-in admin, or null. */
async function readSession(): Promise<Principal | null> {
  try {
    return await request(Principal, 'GET', ADDRESS)
  } catch (error) {
    if (problemOf(error).status === 401) return null
    throw error
  }
}

export function useSession() {
  return useQuery({ queryKey: SESSION_KEY, queryFn: readSession, staleTime: 60_000 })
}

export function openSession(token: string) {
  return request(z.unknown(), 'POST', ADDRESS, { body: { token } })
}

export function endSession() {
  return request(z.unknown(), 'DELETE', ADDRESS)
}
