import { Badge, Text } from '@fluentui/react-components'
import { expiryOf } from '../../domain/client-secret.ts'

/** When the secret expires, highlighted when that is near. */
export function ExpiryNote({ expiresAt }: { expiresAt: string | null }) {
  if (expiresAt === null) return <Text>Does not expire.</Text>
  const expiry = expiryOf(expiresAt, new Date())
  const day = new Date(expiresAt).toLocaleDateString()
  if (expiry.kind === 'expired') return <Badge color="danger">{`Expired on ${day}`}</Badge>
  if (expiry.kind === 'soon')
    return <Badge color="warning">{`Expires in ${expiry.days} ${expiry.days === 1 ? 'day' : 'days'}`}</Badge>
  return <Text>Expires on {day}</Text>
}
