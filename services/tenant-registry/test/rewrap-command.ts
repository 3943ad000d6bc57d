import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { KeyEncryption } from '../src/ports.ts'
import type { Registry } from './registry.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** Each tenant's data key is made of its id, so that a test can tell it without having kept it. */
export const dataKeyOf = (id: string) => createHash('sha256').update(id).digest()

/** `main.ts rewrap-keys` as a process of its own, as often as a test wants it. */
export function rewrapCommand(registry: Registry) {
  const children: ChildProcess[] = []
  return {
    run(settings: Readonly<Record<string, string>>) {
      const child = spawn(process.execPath, [MAIN, 'rewrap-keys'], {
        env: {
          PATH: process.env.PATH,
          DATABASE_URL: registry.url,
          INTERNAL_TOKEN_KEYS: randomBytes(32).toString('base64'),
          BASE_URL: 'https://phone.example',
          ...settings,
        },
      })
      children.push(child)
      const output = { text: '' }
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          output.text += chunk
        })
      }
      return {
        child,
        output,
        exited: once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string),
      }
    },
    killAll() {
      for (const child of children) child.kill('SIGKILL')
    },
  }
}

/** Tenants whose data keys are wrapped so, by their ids in order. */
export async function givenTenants(
  registry: Registry,
  count: number,
  { wrap }: Pick<KeyEncryption, 'wrap'>,
): Promise<string[]> {
  const ids = Array.from({ length: count }, () => crypto.randomUUID()).sort()
  await registry.pool.query(
    "insert into registry.tenant (id, slug, name) select id, 'bulk-' || id, 'Bulk' from unnest($1::uuid[]) as n (id)",
    [ids],
  )
  const sealed = await Promise.all(ids.map((id) => wrap(dataKeyOf(id), `tenant:${id}`)))
  const add = 'insert into registry.tenant_data_key (tenant_id, sealed) select * from unnest($1::uuid[], $2::bytea[])'
  await registry.pool.query(add, [ids, sealed])
  return ids
}

export async function countBeginning(registry: Registry, prefix: Buffer): Promise<number> {
  const query = 'select count(*)::int as n from registry.tenant_data_key where substring(sealed from 1 for $2) = $1'
  return (await registry.pool.query(query, [prefix, prefix.length])).rows[0].n
}
