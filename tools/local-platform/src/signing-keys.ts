import type { SigningKey, SigningKeyReach } from '@jackfield/contract/access/signing-key'
import type { AdminApi } from './admin-api.ts'
import type { KeysCommand } from './operator-command.ts'

type Keys = { items: SigningKey[] }

/** Lists, renews or revokes the keys that sign tokens and cookies. An unconfirmed revocation ends with code 3. */
export async function answerKeysCommand(api: AdminApi, command: KeysCommand): Promise<{ text: string; code: number }> {
  if (command.action !== 'revoke') {
    const [method, path] = command.action === 'list' ? ['GET', '/signing-keys'] : ['POST', '/signing-keys/rotate']
    return { text: tableOf(await api<Keys>(method, path)), code: 0 }
  }
  const key = `/signing-keys/${encodeURIComponent(command.kid)}`
  const reach = await api<SigningKeyReach>('GET', `${key}/reach`)
  if (!command.isConfirmed)
    return { text: `${sentencesOf(reach)}\nNothing was done. Repeat the command with --yes to revoke it.\n`, code: 3 }
  const keys = await api<Keys>('POST', `${key}/revoke`)
  return { text: `${sentencesOf(reach)}\nThe key is revoked.\n${tableOf(keys)}`, code: 0 }
}

function tableOf({ items }: Keys): string {
  const lines = items.map(({ kid, use, status, signsFrom, verifiesUntil }) => {
    const until = signsFrom ? `signs from ${signsFrom}` : verifiesUntil ? `verifies until ${verifiesUntil}` : ''
    return `${kid.padEnd(44)}${use.padEnd(8)}${status.padEnd(9)}${until}`.trimEnd()
  })
  return `${lines.join('\n')}\n`
}

function sentencesOf({ key, effect, sessions, signsNext }: SigningKeyReach): string {
  const { browser, device, app } = sessions
  const hit = {
    none: 'Nobody notices.',
    'signed-out': `Browsers whose cookie it signed sign in again: at most ${browser}.`,
    'tokens-refused': `Tokens that it signed are refused until they are refreshed: of at most ${browser} browsers, ${device} devices and ${app} apps.`,
  }
  const next =
    key.status !== 'signing' ? '' : signsNext ? ` Then ${signsNext} signs.` : ' A new key is made, which signs at once.'
  return `${key.kid} (${key.use}, ${key.status}). ${hit[effect]}${next}`
}
