import { Button } from '@fluentui/react-components'
import type { MicrosoftAccount } from '@jackfield/contract/microsoft-account'
import { type FormEvent, useState } from 'react'
import type { useChangeAccount } from '../../api/microsoft-accounts.ts'
import { useMicrosoftClouds } from '../../api/microsoft-clouds.ts'
import { RegistrationLink } from '../../components/admin-center-link.tsx'
import { AttributeList } from '../../components/attribute-list.tsx'
import { type AccountDraft, AccountFields, draftComplaints, trimmedDraft } from './account-fields.tsx'

type Change = ReturnType<typeof useChangeAccount>

export function AccountIds({ account, change }: { account: MicrosoftAccount; change: Change | undefined }) {
  const [draft, setDraft] = useState<AccountDraft>()
  const { data: clouds } = useMicrosoftClouds()
  if (draft && change) return <IdForm draft={draft} setDraft={setDraft} change={change} />
  return (
    <>
      <AttributeList
        attributes={[
          ['Alias', account.alias],
          ['Application (client) ID', account.clientId],
          ['Directory (tenant) ID', account.directoryId],
          ['Microsoft cloud', clouds?.find(({ id }) => id === account.cloud)?.name ?? account.cloud],
        ]}
      />
      <div>
        {change && <Button onClick={() => setDraft(trimmedDraft(account))}>Edit registration</Button>}{' '}
        <RegistrationLink account={account} page="Overview">
          Open it in the Entra admin center
        </RegistrationLink>
      </div>
    </>
  )
}

type FormProperties = { draft: AccountDraft; setDraft: (draft: AccountDraft | undefined) => void; change: Change }

function IdForm({ draft, setDraft, change }: FormProperties) {
  const [checked, setChecked] = useState(false)
  const save = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (Object.keys(draftComplaints(draft)).length > 0) return
    change.mutate(trimmedDraft(draft), { onSuccess: () => setDraft(undefined) })
  }
  return (
    <form onSubmit={save} noValidate>
      <AccountFields draft={draft} complaints={checked ? draftComplaints(draft) : {}} error={change.error} onChange={setDraft} />
      <p>
        <Button type="submit" appearance="primary" disabled={change.isPending}>
          Save registration
        </Button>{' '}
        <Button onClick={() => setDraft(undefined)}>Cancel</Button>
      </p>
    </form>
  )
}
