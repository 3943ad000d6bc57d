import {
  Badge,
  makeStyles,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from '@fluentui/react-components'
import type { PhoneUser } from '@jackfield/contract/roster/phone-user'
import { PageLink } from '../../components/links/page-link.tsx'
import { extensionsOf } from './extensions-of.ts'

const useStyles = makeStyles({
  scroll: { overflowX: 'auto' },
  table: { minWidth: '900px', tableLayout: 'auto' },
  text: { overflowWrap: 'anywhere', paddingRight: tokens.spacingHorizontalM },
})

const COLUMNS = ['Name', 'UPN', 'Phone', 'Department', 'Sync', 'SSO', 'Extension']

export function UserTable({ users }: { users: PhoneUser[] }) {
  const styles = useStyles()
  return (
    <div className={styles.scroll}>
      <Table aria-label="Users" className={styles.table}>
        <TableHeader>
          <TableRow>
            {COLUMNS.map((name) => (
              <TableHeaderCell key={name}>{name}</TableHeaderCell>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody>
          {users.map((user) => (
            <TableRow key={user.id}>
              <TableCell className={styles.text}>
                <PageLink to={user.id}>{user.displayName || user.userPrincipalName}</PageLink>{' '}
                {user.status !== 'active' && (
                  <Badge appearance="tint">{user.status === 'disabled' ? 'Disabled' : 'Deleted'}</Badge>
                )}
              </TableCell>
              <TableCell className={styles.text}>{user.userPrincipalName}</TableCell>
              <TableCell className={styles.text}>{user.businessPhones[0] ?? user.mobilePhone ?? '-'}</TableCell>
              <TableCell className={styles.text}>{user.department ?? '-'}</TableCell>
              <TableCell>{user.sync ? 'Yes' : 'No'}</TableCell>
              <TableCell>{user.sso ? 'Yes' : 'No'}</TableCell>
              <TableCell className={styles.text}>{extensionsOf(user) || 'Not bound'}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  )
}
