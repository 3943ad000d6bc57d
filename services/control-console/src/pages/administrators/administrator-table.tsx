import {
  Button,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  useRestoreFocusTarget,
} from '@fluentui/react-components'
import type { Administrator } from '@jackfield/contract/access/administrator'
import { useState } from 'react'
import { usePrincipal } from '../../components/page-frame/require-session.tsx'
import { RemoveAdministrator } from './remove-administrator.tsx'

const ROLES = { admin: 'Administrator', read: 'May look' } as const

export function AdministratorTable({
  tenantId,
  administrators,
}: {
  tenantId: string
  administrators: Administrator[]
}) {
  const { role: ownRole, id: ownId } = usePrincipal()
  const restoreFocus = useRestoreFocusTarget()
  const [removing, setRemoving] = useState<Administrator>()
  return (
    <>
      <Table aria-label="Administrators">
        <TableHeader>
          <TableRow>
            {['Name', 'Reach', 'Role', 'Added'].map((name) => (
              <TableHeaderCell key={name}>{name}</TableHeaderCell>
            ))}
            {ownRole === 'admin' && <TableHeaderCell />}
          </TableRow>
        </TableHeader>
        <TableBody>
          {administrators.map((administrator) => {
            const { id, displayName, scope, role, createdAt } = administrator
            return (
              <TableRow key={id}>
                <TableCell>
                  {displayName}
                  {ownId === `administrator:${id}` && ' (you)'}
                </TableCell>
                <TableCell>{scope === 'platform' ? 'Whole platform' : 'This tenant'}</TableCell>
                <TableCell>{ROLES[role]}</TableCell>
                <TableCell>{new Date(createdAt).toLocaleDateString()}</TableCell>
                {ownRole === 'admin' && (
                  <TableCell>
                    <Button
                      {...restoreFocus}
                      size="small"
                      aria-label={`Remove ${displayName}`}
                      onClick={() => setRemoving(administrator)}
                    >
                      Remove
                    </Button>
                  </TableCell>
                )}
              </TableRow>
            )
          })}
        </TableBody>
      </Table>
      <RemoveAdministrator tenantId={tenantId} administrator={removing} onClose={() => setRemoving(undefined)} />
    </>
  )
}
