import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from './create-server.ts'

/**
 * How long requests and slices of work under way may take to end. With SHUTDOWN_DELAY_SECONDS it must fit into an
 * orchestrator's grace.
 */
export const CLOSING_MS = 20_000

export type ServiceOptions = {
  host: string
  port: number
  /** How long SIGTERM lets the service serve on, not ready, until nobody sends it requests; 0 by default. */
  shutdownDelaySeconds?: number
  /** Ends work that no client waits for, at once on a signal, beside the delay. */
  stopWork?: () => Promise<unknown>
  /** Close what the service holds, one after another, once the last request is answered. */
  closers: ReadonlyArray<() => Promise<unknown>>
}

/**
 * Listens, and ends in order on SIGTERM or SIGINT: not ready at once, the delay (SIGTERM alone: nobody waits after
 * Ctrl-C), the server (requests under way are finished), then `closers`. Exits with 0 when all closed within 20 s after
 * the delay, with 1 otherwise.
 */
export async function runService(app: Server, options: ServiceOptions): Promise<void> {
  let closing = false
  const close = async (signal: NodeJS.Signals) => {
    if (closing) return
    closing = true
    app.log.info({ signal }, 'closing')
    app.drain()
    const delayMs = signal === 'SIGTERM' ? (options.shutdownDelaySeconds ?? 0) * 1000 : 0
    setTimeout(() => process.exit(1), delayMs + CLOSING_MS).unref()
    try {
      const workStopped = options.stopWork?.()
      workStopped?.catch(() => undefined)
      await sleep(delayMs)
      await app.close()
      await workStopped
      for (const closer of options.closers) await closer()
      process.exit(0)
    } catch (error) {
      app.log.error({ err: error }, 'closing failed')
      process.exit(1)
    }
  }
  process.once('SIGTERM', close)
  process.once('SIGINT', close)
  try {
    await app.listen({ host: options.host, port: options.port })
  } catch (error) {
    process.stderr.write(`${listenFailure(error, options)}\n`)
    process.exit(1)
  }
}

function listenFailure(error: unknown, { host, port }: { host: string; port: number }): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') return `PORT: ${port} on ${host} is taken by another program`
  if (code === 'EACCES') return `PORT: ${port} on ${host} may not be used by this account`
  return `HOST, PORT: can't listen on ${host}:${port} (${String(code ?? error)})`
}
