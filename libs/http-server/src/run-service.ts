import type { Server } from './create-server.ts'

/**
 * Listens, and closes in order on SIGTERM or SIGINT: the server first (requests under way are finished), then `closers` one after another.
 * Exits with 0 when all closed within `graceMs`, with 1 otherwise.
 */
export async function runService(
  app: Server,
  options: { host: string; port: number; closers: ReadonlyArray<() => Promise<unknown>>; graceMs?: number },
): Promise<void> {
  let closing = false
  const close = async (signal: string) => {
    if (closing) return
    closing = true
    app.log.info({ signal }, 'closing')
    setTimeout(() => process.exit(1), options.graceMs ?? 25_000).unref()
    try {
      await app.close()
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
