import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

// `npm run bench -- NAME` runs one benchmark and its floor. Without a name it prints the list.

/**
 * `pairs` overrides the number of measured pairs, for a first look; `size` the size of the data; `only` names a part of
 * the benchmark.
 */
type Options = { pairs?: number; size?: number; only?: string; withoutRedis?: boolean }
export type Benchmark = { summary: string; run(options: Options): Promise<void> }

const folder = join(import.meta.dirname, 'benchmarks')
const names = readdirSync(folder).map((file) => file.replace(/\.ts$/, ''))
const load = async (name: string): Promise<Benchmark> => (await import(join(folder, `${name}.ts`))).benchmark
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pairs: { type: 'string' }, size: { type: 'string' }, 'without-redis': { type: 'boolean' } },
})
const [wanted, only] = positionals

if (wanted !== undefined && names.includes(wanted)) {
  const { pairs, size } = values
  const run = (await load(wanted)).run({
    ...(pairs !== undefined && { pairs: Number(pairs) }),
    ...(size !== undefined && { size: Number(size) }),
    ...(only !== undefined && { only }),
    ...(values['without-redis'] && { withoutRedis: true }),
  })
  await run.catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  })
  process.exit(0)
}
if (wanted !== undefined) process.stderr.write(`There is no benchmark ${wanted}.\n`)
for (const name of names) process.stdout.write(`${name.padEnd(12)} ${(await load(name)).summary}\n`)
process.exit(wanted === undefined ? 0 : 1)
