import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

export type ProcessPlan = {
  name: string
  /** The TypeScript file Node.js runs, and its arguments. */
  command: readonly string[]
  environment: Readonly<Record<string, string>>
  /** Answers 200 once the process is ready. */
  readyUrl: string
}

export type SupervisedProcess = {
  readonly name: string
  readonly pid: number
  /** Resolves when the process has ended, with its exit code or signal. */
  readonly ended: Promise<string>
  /** SIGTERM, then SIGKILL after `graceMs`. */
  stop(graceMs?: number): Promise<void>
}

/** Variables that programs need from the caller's environment; our settings come from the plan only. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'NODE_OPTIONS', 'SystemRoot', 'TEMP']

/** Starts a process and passes every line it prints to `onLine`. Never restarts it: the caller watches `ended`. */
export function startProcess(plan: ProcessPlan, onLine: (name: string, line: string) => void): SupervisedProcess {
  const inherited = Object.fromEntries(
    INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
  const child = spawn(process.execPath, plan.command, {
    env: { ...inherited, ...plan.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit').then(([code, signal]) => (signal ? `ended by ${signal}` : `ended with ${code}`))
  for (const stream of [child.stdout, child.stderr]) forwardLines(stream, (line) => onLine(plan.name, line))
  return {
    name: plan.name,
    pid: child.pid ?? 0,
    ended,
    async stop(graceMs = 10_000) {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
      await ended
      clearTimeout(timer)
    },
  }
}

function forwardLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine)
}

/**
 * Waits until the process answers at its `readyUrl`.
 * @throws when it ends first, or does not answer within `timeoutMs`
 */
export async function untilReady(process_: SupervisedProcess, readyUrl: string, timeoutMs = 60_000): Promise<void> {
  let end: string | undefined
  process_.ended.then((reason) => {
    end = reason
  })
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; ) {
    if (end !== undefined) throw new Error(`${process_.name} ${end} before it was ready; its last lines are above.`)
    const answer = await fetch(readyUrl, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${process_.name} was not ready within ${timeoutMs / 1000} s; its last lines are above.`)
}
