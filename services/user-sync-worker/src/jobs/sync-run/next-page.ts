import { hash } from 'node:crypto'
import type { Checkpoint } from '../../domain/checkpoint.ts'
import type { DirectoryFailure } from '../../domain/directory-failure.ts'
import { trailAfter } from '../../domain/page-trail.ts'

const DIGEST_LENGTH = 16

/** The next place of the same phase, by Graph's link; a failure when the link is one that came before. */
export function nextPage({ phase, at, trail }: Checkpoint, link: string): Checkpoint | DirectoryFailure {
  const after = link === at ? undefined : trailAfter(trail, hash('sha256', link).slice(0, DIGEST_LENGTH))
  return after ? { phase, at: link, trail: after } : { kind: 'repeated-page' }
}
