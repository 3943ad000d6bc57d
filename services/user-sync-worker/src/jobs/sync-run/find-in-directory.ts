import type { Connection } from '@jackfield/contract/internal-api'
import type { DirectoryFailure } from '../../domain/directory-failure.ts'
import type { ReadUser } from '../../domain/directory-user.ts'
import type { Directory } from '../../ports.ts'

/** Graph takes at most 15 values in `id in (...)`. */
export const IDS_PER_REQUEST = 15

/** Those of `ids` that exist now, asked for by id. */
export async function findInDirectory(
  directory: Directory,
  connection: Connection,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<{ kind: 'found'; users: ReadUser[] } | DirectoryFailure> {
  const answers = await Promise.all(inChunks(ids).map((chunk) => directory.findUsers(connection, chunk, signal)))
  const failure = answers.find((answer) => answer.kind !== 'page')
  if (failure) return failure
  return { kind: 'found', users: answers.flatMap((answer) => (answer.kind === 'page' ? answer.users : [])) }
}

function inChunks(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / IDS_PER_REQUEST) }, (_, index) =>
    ids.slice(index * IDS_PER_REQUEST, (index + 1) * IDS_PER_REQUEST),
  )
}
