import { Badge, Checkbox, makeStyles, TableCell, TableRow } from '@fluentui/react-components'
import type { MicrosoftUser } from '@jackfield/contract/microsoft/microsoft-user'
import { memo } from 'react'
import { type Ticks, withSso, withSync } from '../../domain/ticks.ts'

const useStyles = makeStyles({ text: { overflowWrap: 'anywhere' } })

type Properties = {
  user: MicrosoftUser
  sync: boolean
  sso: boolean
  onTick: (user: MicrosoftUser, change: (ticks: Ticks) => Ticks) => void
}

export const MicrosoftUserRow = memo(function MicrosoftUserRow({ user, sync, sso, onTick }: Properties) {
  const styles = useStyles()
  const name = user.displayName || user.userPrincipalName
  return (
    <TableRow>
      <TableCell>
        <Checkbox
          aria-label={`Sync User for ${name}`}
          checked={sync}
          onChange={(_, { checked }) => onTick(user, (ticks) => withSync(ticks, checked === true))}
        />
      </TableCell>
      <TableCell>
        <Checkbox
          aria-label={`SSO enabled for ${name}`}
          checked={sso}
          onChange={(_, { checked }) => onTick(user, (ticks) => withSso(ticks, checked === true))}
        />
      </TableCell>
      <TableCell className={styles.text}>
        {name} {user.userType === 'Guest' && <Badge appearance="tint">Guest</Badge>}{' '}
        {!user.accountEnabled && (
          <Badge appearance="tint" color="danger">
            Disabled
          </Badge>
        )}{' '}
        {user.imported && (
          <Badge appearance="tint" color="success">
            Imported
          </Badge>
        )}
      </TableCell>
      <TableCell className={styles.text}>{user.userPrincipalName}</TableCell>
      <TableCell className={styles.text}>{user.department ?? '-'}</TableCell>
    </TableRow>
  )
})
