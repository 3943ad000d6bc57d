import { setTimeout as sleep } from 'node:timers/promises'
import { quantile } from '../paired.ts'
import { type FlowClient, signInOnce, type Target } from './flow-client.ts'

const PER_SECOND = 40
const SLICE_MS = 5_000
/** Slices of each side, in the order A-B-B-A. */
const ROUNDS = 3

type Side = { name: string; clients: readonly FlowClient[]; target: Target }

/** Latencies of sign-ins that begin at a fixed rate, whatever the others do: counted from the moment each is due. */
export async function latencyAtFixedRate(ours: Side, floor: Side): Promise<string> {
  const [a, b]: [number[], number[]] = [[], []]
  for (let round = 0; round < ROUNDS; round++) {
    a.push(...(await slice(ours)))
    b.push(...(await slice(floor)), ...(await slice(floor)))
    a.push(...(await slice(ours)))
  }
  const lines = [describe(ours.name, a), describe(floor.name, b)]
  return `latency at ${PER_SECOND} sign-ins a second\n${lines.join('\n')}`
}

async function slice({ clients, target }: Side): Promise<number[]> {
  const begun: Array<Promise<number>> = []
  const start = performance.now()
  for (let number = 0; number < (SLICE_MS / 1_000) * PER_SECOND; number++) {
    const due = start + (number * 1_000) / PER_SECOND
    const early = due - performance.now()
    if (early > 0) await sleep(early)
    const client = clients[number % clients.length] as FlowClient
    begun.push(signInOnce(client, target).then(() => performance.now() - due))
  }
  return Promise.all(begun)
}

function describe(name: string, latencies: readonly number[]): string {
  const [half, most] = [quantile(latencies, 0.5), quantile(latencies, 0.99)]
  return `${name.padEnd(20)} p50 ${half.toFixed(1)} ms   p99 ${most.toFixed(1)} ms   (${latencies.length} sign-ins)`
}
