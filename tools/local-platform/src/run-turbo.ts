import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Runs turbo with the project's own Node.js first on the PATH (npm puts it there). Returns its exit code.
 * `quiet` shows its output only when it fails.
 */
export async function runTurbo(
  root: string,
  args: readonly string[],
  options: { quiet?: boolean } = {},
): Promise<number> {
  const output: Buffer[] = []
  const child = spawn('turbo', args, {
    cwd: root,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
    stdio: options.quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => output.push(chunk))
  const [code] = await once(child, 'close')
  if (code !== 0) process.stderr.write(Buffer.concat(output))
  return code ?? 1
}

/** Builds what a browser needs; turbo skips what has not changed. */
export async function buildFrontends(root: string): Promise<void> {
  const code = await runTurbo(root, ['run', 'build', '--output-logs=errors-only'], { quiet: true })
  if (code !== 0) throw new Error('the frontends did not build; the messages are above.')
}
