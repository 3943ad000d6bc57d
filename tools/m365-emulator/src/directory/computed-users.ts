import type { User } from './user.ts'

/** Users computed from their position: they take no memory, and are found by id and by name. */
export type Population = {
  size: number
  at(position: number): User
  positionOf(id: string): number | undefined
  positionOfName(userPrincipalName: string): number | undefined
}

export const NOBODY: Population = {
  size: 0,
  at: (position) => {
    throw new Error(`Nobody is at ${position}.`)
  },
  positionOf: () => undefined,
  positionOfName: () => undefined,
}
