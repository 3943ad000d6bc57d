import { demoLogin } from '@jackfield/local-platform/demo-registration'
import { authorizeUrl, FlowClient, type Target } from './flow-client.ts'

/** Completes a sign-in, through Microsoft's form if it is shown. */
export async function passMicrosoft(client: FlowClient, start: URL, until: string): Promise<void> {
  const { url, page } = await client.follow(start, until)
  if (page === undefined) return refuseError(url)
  if (!page.includes('name="request"')) throw onPage(page)
  const { userPrincipalName, password } = demoLogin('Adele Vance')
  const hidden = Object.fromEntries(
    [...page.matchAll(/name="(request)" value="([^"]*)"/g)].map(([, name, value]) => [name, decode(value ?? '')]),
  )
  const action = /action="([^"]*)"/.exec(page)?.[1] ?? ''
  const form = { ...hidden, step: 'credentials', username: userPrincipalName, password }
  const end = await client.follow(new URL(decode(action), url), until, form)
  if (end.page !== undefined) throw onPage(end.page)
  refuseError(end.url)
}

const onPage = (page: string) => new Error(`The first sign-in ended on a page: ${textOf(page).slice(0, 400)}`)

/** A server-rendered frontend gets no code. */
function refuseError({ search, searchParams }: URL): void {
  if (searchParams.has('error')) throw new Error(`The first sign-in ended with ${search}`)
}

const textOf = (page: string) => page.replace(/<(style|script|title)[\s\S]*?<\/\1>|<[^>]+>/g, ' ').replace(/\s+/g, ' ')

const decode = (text: string) => text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'")

/** A browser after its first sign-in, which left a session. */
export async function signedIn(target: Target, ports: Readonly<Record<string, number>>): Promise<FlowClient> {
  const client = new FlowClient(ports)
  await passMicrosoft(client, authorizeUrl(target, 'x'.repeat(43)), target.redirectUri)
  return client
}
