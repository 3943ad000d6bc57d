import { hash } from 'node:crypto'
import type { PersonAttributes } from '@jackfield/contract/person-attributes'
import { ATTRIBUTE_NAMES } from '../../domain/person-attributes.ts'

const DIGEST_BYTES = 16

/**
 * The attributes of a person in 128 bits of SHA-256 as hex: two people with the same digest need not be compared
 * attribute by attribute. After an attribute was added every digest is another one, so that the next comparison reads
 * everybody whole.
 */
export function contentDigest(person: PersonAttributes): string {
  return hash('sha256', JSON.stringify(ATTRIBUTE_NAMES.map((name) => person[name]))).slice(0, DIGEST_BYTES * 2)
}
