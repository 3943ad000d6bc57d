import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from './create-server.ts'

/**
 * Time for requests and work in flight to end. With SHUTDOWN_DELAY_SECONDS it must fit into an
 * orchestrator's grace.
 */
export const CLOSING_MS = 20_000

type ServiceOptions = {
  host: string
  port: number
  /** How long the service answers after SIGTERM while it reports not ready; 0 by default. */
  shutdownDelaySeconds?: number
  /** Ends work that no client waits for; starts at the signal, during the delay. */
  stopWork?: () => Promise<unknown>
  /** Run one after another once the last request is answered. */
  closers: ReadonlyArray<() => Promise<unknown>>
}

/**
 * Listens until SIGTERM or SIGINT, then: reports not ready, waits the delay (SIGTERM only), closes the server once
 * requests in flight are finished, and runs `closers`. Exits with 0 when all closed within 20 s after the delay, else
 * with 1.
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
