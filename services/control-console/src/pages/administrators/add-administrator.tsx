import { Button, Field, makeStyles, Select, tokens } from '@fluentui/react-components'
import type { PhoneUser } from '@jackfield/contract/roster/phone-user'
import { type FormEvent, useState } from 'react'
import { useAddAdministrator } from '../../api/administrators.ts'
import { usePrincipal } from '../../components/page-frame/require-session.tsx'
import { ProblemNotice } from '../../components/problem-notice.tsx'
import { UserPicker } from './user-picker.tsx'

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', alignItems: 'start', gap: tokens.spacingVerticalM },
})

/** Picks a person of the roster. Stores their ids in the directory: a name or an address may pass to another person. */
export function AddAdministrator({ tenantId }: { tenantId: string }) {
  const styles = useStyles()
  const { scope: ownScope } = usePrincipal()
  const [user, setUser] = useState<PhoneUser>()
  const [role, setRole] = useState<'admin' | 'read'>('admin')
  const [reach, setReach] = useState<'tenant' | 'platform'>('tenant')
  const add = useAddAdministrator(tenantId)
  const save = (event: FormEvent) => {
    event.preventDefault()
    if (!user) return
    const { directoryId, objectId } = user
    const scope = reach === 'platform' ? reach : tenantId
    const displayName = user.displayName || user.userPrincipalName
    add.mutate(
      { scope, signInTenantId: tenantId, role, directoryId, objectId, displayName },
      { onSuccess: () => setUser(undefined) },
    )
  }
  return (
    <form onSubmit={save} className={styles.form}>
      <UserPicker tenantId={tenantId} user={user} onPick={setUser} />
      <Field label="Role">
        <Select value={role} onChange={(_, { value }) => setRole(value === 'read' ? 'read' : 'admin')}>
          <option value="admin">Administrator</option>
          <option value="read">May look at everything, and change nothing</option>
        </Select>
      </Field>
      {ownScope === 'platform' && (
        <Field label="Reach">
          <Select value={reach} onChange={(_, { value }) => setReach(value === 'platform' ? 'platform' : 'tenant')}>
            <option value="tenant">This tenant</option>
            <option value="platform">The whole platform, all tenants</option>
          </Select>
        </Field>
      )}
      <Button type="submit" appearance="primary" disabled={!user || add.isPending}>
        Add administrator
      </Button>
      <ProblemNotice error={add.error} />
    </form>
  )
}
