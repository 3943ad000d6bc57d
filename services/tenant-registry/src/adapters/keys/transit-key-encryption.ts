import { createHash } from 'node:crypto'
import { UnavailableError } from '@jackfield/problem/unavailable-error'
import { UnsealError } from '@jackfield/sealing/seal'
import { z } from 'zod'
import type { KeyEncryption } from '../../ports.ts'
import type { AskTransit } from './transit-client.ts'
import type { TransitToken } from './transit-token.ts'

// A data key wrapped by the transit secrets engine of HashiCorp Vault or OpenBao. Wrapped form: version 0x02 | first 4
// bytes of SHA-256("<namespace>/<mount>/<key>") | the ciphertext as it came, `vault:v<N>:<base64>`.

const VERSION = 2
const HEADER = 1 + 4
/** The engine takes v0 for v1, which would let one row be written in two ways. */
const CIPHERTEXT = /^vault:v[1-9]\d*:[A-Za-z0-9+/]+=*$/
const Encrypted = z.object({ data: z.object({ ciphertext: z.string().regex(CIPHERTEXT) }) })
const Decrypted = z.object({ data: z.object({ plaintext: z.base64() }) })
/**
 * What the engine says of a ciphertext that was altered, moved, or is older than it may still open. Any other 400 is
 * about the key or the request.
 */
const UNREADABLE = /message authentication failed|invalid ciphertext|disallowed by policy/

export type TransitKey = { mount: string; key: string; namespace: string | undefined }

/**
 * The key that wraps never leaves the server; what is wrapped is bound to its context as associated data of an AEAD.
 */
export function transitKeyEncryption(
  { mount, key, namespace }: TransitKey,
  ask: AskTransit,
  token: TransitToken,
): KeyEncryption {
  const fingerprint = createHash('sha256')
    .update(`${namespace ?? ''}/${mount}/${key}`)
    .digest()
    .subarray(0, 4)
  const header = Buffer.concat([Buffer.from([VERSION]), fingerprint])

  async function call<Schema extends z.ZodType>(verb: 'encrypt' | 'decrypt', schema: Schema, body: object) {
    const path = `${mount}/${verb}/${encodeURIComponent(key)}`
    const held = await token.get()
    const first = await ask(path, schema, { token: held, body })
    const answer =
      first.kind === 'denied' && token.forget(held)
        ? await ask(path, schema, { token: await token.get(), body })
        : first
    if (answer.kind === 'denied')
      throw new UnavailableError(`Vault denies ${path}: the token is over, or no policy of it allows this.`)
    return answer
  }

  async function encrypt(plaintext: Buffer, context: string): Promise<string> {
    const body = { plaintext: plaintext.toString('base64'), associated_data: Buffer.from(context).toString('base64') }
    const answer = await call('encrypt', Encrypted, body)
    if (answer.kind === 'refused')
      throw new UnavailableError(`Vault refuses to encrypt under ${mount}/${key}: is it a key of an AEAD type?`)
    return answer.value.data.ciphertext
  }

  const recognises = (wrapped: Buffer) => wrapped.subarray(0, HEADER).equals(header)

  return {
    recognises,
    // Which version encrypts now is told by what it encrypts; reading the key itself would take one more right.
    async currentPrefix() {
      const [vault, version] = (await encrypt(Buffer.from('which version?'), 'version')).split(':')
      return Buffer.concat([header, Buffer.from(`${vault}:${version}:`)])
    },
    wrap: async (dataKey, context) => Buffer.concat([header, Buffer.from(await encrypt(dataKey, context))]),
    async unwrap(wrapped, context) {
      if (!recognises(wrapped)) return unreadable('No key of ours wrapped this.')
      const ciphertext = wrapped.subarray(HEADER).toString()
      if (!CIPHERTEXT.test(ciphertext)) return unreadable('What was wrapped is no ciphertext of the transit engine.')
      const answer = await call('decrypt', Decrypted, {
        ciphertext,
        associated_data: Buffer.from(context).toString('base64'),
      })
      if (answer.kind === 'answered')
        return { kind: 'unwrapped', dataKey: Buffer.from(answer.value.data.plaintext, 'base64') }
      if (!answer.errors.some((error) => UNREADABLE.test(error)))
        throw new UnavailableError(`Vault refuses to decrypt under ${mount}/${key}.`)
      return unreadable(
        'The wrapped key was altered, stands in the wrong place, or is of a version that may not be used any more.',
      )
    },
    async keep(signal, onTrouble) {
      // A wrong setting is told at the start, not first when somebody cannot sign in.
      await encrypt(Buffer.from('at the start'), 'start').catch(onTrouble)
      await token.keep(signal, onTrouble)
    },
  }
}

function unreadable(message: string) {
  return { kind: 'unreadable' as const, cause: new UnsealError(message) }
}
