import type { FastifyRequest } from 'fastify'
import type { Directories } from '../directory/directories.ts'
import { type Directory, isNamed } from '../directory/directory.ts'
import { seededRandom } from '../directory/random.ts'
import { directoryOfRequest } from '../directory-of-request.ts'
import { Fault, type FaultEffect, type FaultInput } from './fault.ts'

type Planned = {
  path: RegExp
  method: string | undefined
  directory: string | undefined
  after: number
  left: number
  isHit: () => boolean
  effect: FaultEffect
}

/** Planned faults, tried in the order of planning: the same plan gives the same run. */
export class Faults {
  #planned: Planned[] = []

  plan(fault: FaultInput): void {
    const { path, method, directory, after, count, share, seed, effect } = Fault.parse(fault)
    const random = seededRandom(seed)
    const isHit = () => random() < share
    this.#planned.push({
      path: new RegExp(path),
      method,
      directory: directory?.toLowerCase(),
      after,
      left: count ?? Number.POSITIVE_INFINITY,
      isHit,
      effect,
    })
  }

  /** Cancels all, or those of one directory alone. */
  clear(directory?: Directory): void {
    this.#planned = this.#planned.filter((planned) => directory !== undefined && !isNamed(directory, planned.directory))
  }

  /** Returns the effect for this request; at most one. */
  take(method: string, path: string, directory?: Directory): FaultEffect | undefined {
    for (const fault of this.#planned) {
      if (!fault.path.test(path) || (fault.method ?? method) !== method) continue
      if (fault.directory !== undefined && !isNamed(directory, fault.directory)) continue
      if (fault.after > 0) {
        fault.after--
        continue
      }
      if (!fault.isHit()) continue
      fault.left--
      if (fault.left <= 0) this.#planned = this.#planned.filter((planned) => planned !== fault)
      return fault.effect
    }
    return undefined
  }
}

/** The effect planned for this request. */
export function takeFault(
  { faults, directories }: { faults: Faults; directories: Directories },
  request: FastifyRequest,
): FaultEffect | undefined {
  return faults.take(request.method, request.url.split('?')[0] ?? '', directoryOfRequest(request, directories))
}
