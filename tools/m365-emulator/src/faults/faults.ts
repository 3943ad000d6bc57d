import { seededRandom } from '../directory/random.ts'
import { Fault, type FaultEffect, type FaultInput } from './fault.ts'

type Planned = {
  path: RegExp
  method: string | undefined
  after: number
  left: number
  isHit: () => boolean
  effect: FaultEffect
}

/** Planned faults, tried in the order of planning: the same plan gives the same run. */
export class Faults {
  #planned: Planned[] = []

  plan(fault: FaultInput): void {
    const { path, method, after, count, share, seed, effect } = Fault.parse(fault)
    const random = seededRandom(seed)
    const isHit = () => random() < share
    this.#planned.push({
      path: new RegExp(path),
      method,
      after,
      left: count ?? Number.POSITIVE_INFINITY,
      isHit,
      effect,
    })
  }

  clear(): void {
    this.#planned = []
  }

  /** Returns the effect for this request; at most one. */
  take(method: string, path: string): FaultEffect | undefined {
    for (const fault of this.#planned) {
      if (!fault.path.test(path) || (fault.method ?? method) !== method) continue
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
