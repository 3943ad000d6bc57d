import { type adminOf, platform, type Registry } from './registry.ts'

export const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><rect width="20" height="10" fill="#c4314b"/></svg>'

type Upload = { type?: string; caller?: ReturnType<typeof adminOf>; ifMatch?: string }

export async function putLogo(registry: Registry, tenantId: string, bytes: string | Buffer, upload: Upload = {}) {
  const { type = 'image/svg+xml', caller = platform, ifMatch } = upload
  const answer = await registry.app.inject({
    method: 'PUT',
    url: `/api/v1/tenants/${tenantId}/branding/logo`,
    headers: {
      authorization: `Bearer ${registry.sign({ aud: 'tenant-registry', ...caller })}`,
      'content-type': type,
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    },
    payload: bytes,
  })
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() }
}

export async function givenLogo(registry: Registry, tenantId: string): Promise<void> {
  const { status, body } = await putLogo(registry, tenantId, SVG)
  if (status !== 200) throw new Error(JSON.stringify(body))
}
