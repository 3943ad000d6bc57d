import { createHash, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { selfSignedCertificate } from './self-signed-certificate.ts'

export type SigningKey = { kid: string; privateKey: KeyObject; publicKey: KeyObject; certificate: Buffer }

const generate = promisify(generateKeyPair)

async function generateSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generate('rsa', { modulusLength: 2048 })
  const certificate = selfSignedCertificate(publicKey, privateKey, 'accounts.m365-emulator.localhost', new Date())
  const kid = createHash('sha1').update(certificate).digest('base64url') // kid equals x5t in Microsoft's key sets
  return { kid, privateKey, publicKey, certificate }
}

/** The keys of the work-or-school issuers, and the key of personal accounts that `common` publishes, too. */
export class SigningKeys {
  #published: SigningKey[] | undefined
  readonly #all: SigningKeys | undefined
  readonly personal: SigningKey
  /** Never published; signs forged tokens. */
  readonly unpublished: SigningKey

  private constructor(
    published: SigningKey[] | undefined,
    { personal, unpublished }: Pick<SigningKeys, 'personal' | 'unpublished'>,
    all?: SigningKeys,
  ) {
    this.#published = published
    this.#all = all
    this.personal = personal
    this.unpublished = unpublished
  }

  static async generate(): Promise<SigningKeys> {
    const [first, second, personal, unpublished] = await Promise.all([1, 2, 3, 4].map(generateSigningKey))
    if (!first || !second || !personal || !unpublished) throw new Error('Key generation answered nothing.')
    return new SigningKeys([first, second], { personal, unpublished })
  }

  /** Keys of one directory: these, until it rolls its own. */
  inherit(): SigningKeys {
    return new SigningKeys(undefined, this, this)
  }

  get active(): SigningKey {
    const [active] = this.published
    if (!active) throw new Error('There is always a published key.')
    return active
  }

  get published(): readonly SigningKey[] {
    return this.#published ?? this.#all?.published ?? []
  }

  get areOwn(): boolean {
    return this.#published !== undefined
  }

  /** A new key signs from now on. With `keepOld` the older ones stay published. */
  async roll({ keepOld = true }: { keepOld?: boolean } = {}): Promise<void> {
    const fresh = await generateSigningKey()
    const kept = keepOld ? this.published : [await generateSigningKey()]
    this.#published = [fresh, ...kept]
  }
}
