import type { IncomingMessage } from 'node:http'
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import type { SignInSite } from '../../domain/site.ts'
import type { Look, WaysOn } from '../../ports.ts'

type Features = NonNullable<Configuration['features']>
type DeviceFlow = NonNullable<Features['deviceFlow']>

/** Pages that oidc-provider answers with itself. Each sets the body and headers of `ctx`. */
export type ProviderPages = {
  error(ctx: KoaContextWithOIDC, out: { error: string }, error: Error): Promise<void>
  device: {
    input: NonNullable<DeviceFlow['userCodeInputSource']>
    confirm(
      ctx: KoaContextWithOIDC,
      form: string,
      client: { clientName?: string; clientId: string },
      device: { ip?: string; ua?: string },
      userCode: string,
    ): Promise<void>
    success(ctx: KoaContextWithOIDC): Promise<void>
  }
  signOut(ctx: KoaContextWithOIDC): Promise<void>
  signedOut(ctx: KoaContextWithOIDC): Promise<void>
}

/**
 * Makes the pages of one site: `lookOf` gives the look of a request in flight, `waysOnOf` what a page without other
 * buttons offers, `onWrongUserCode` reports a wrong guess (RFC 8628 5.1).
 */
export type MakeProviderPages = (
  site: SignInSite,
  hooks: {
    lookOf: (request: IncomingMessage) => Look | undefined
    waysOnOf: (ctx: KoaContextWithOIDC) => Promise<WaysOn>
    onWrongUserCode: (ctx: KoaContextWithOIDC) => void
  },
) => ProviderPages
