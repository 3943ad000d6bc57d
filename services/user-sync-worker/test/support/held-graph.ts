import type { GraphGate } from './graph-gate.ts'

/** Holds every answer of Graph; `reached` when the first request has come. */
export function holdGraph(gate: GraphGate): { reached: Promise<void>; release: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  gate.until = promise
  const before = gate.requests.length
  const reached = (async () => {
    while (gate.requests.length === before) await new Promise((next) => setTimeout(next, 5))
  })()
  const release = () => {
    gate.until = undefined
    resolve()
  }
  return { reached, release }
}
