import { Button, useRestoreFocusTarget } from '@fluentui/react-components'
import type { MicrosoftAccount } from '@jackfield/contract/microsoft/microsoft-account'
import { type FormEvent, useState } from 'react'
import { useChangeAccount } from '../../api/microsoft-accounts.ts'
import { useMicrosoftClouds } from '../../api/microsoft-clouds.ts'
import { AttributeList } from '../../components/attribute-list.tsx'
import { RegistrationLink } from '../../components/links/admin-center-link.tsx'
import { ProblemNotice } from '../../components/problem-notice.tsx'
import { type AccountDraft, AccountFields, draftComplaints, trimmedDraft } from './account-fields.tsx'
import { ConfirmAccountChange } from './confirm-account-change.tsx'

type Properties = { account: MicrosoftAccount; etag: string | undefined; mayChange: boolean }

export function AccountIds({ account, etag, mayChange }: Properties) {
  const [isEditing, setEditing] = useState(false)
  const { data: clouds } = useMicrosoftClouds()
  if (isEditing) return <IdForm account={account} etag={etag} onClose={() => setEditing(false)} />
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
        {mayChange && <Button onClick={() => setEditing(true)}>Edit registration</Button>}{' '}
        <RegistrationLink account={account} page="Overview">
          Open it in the Entra admin center
        </RegistrationLink>
      </div>
    </>
  )
}

type FormProperties = { account: MicrosoftAccount; etag: string | undefined; onClose: () => void }

/** Other ids are another connection: changing them disconnects the account's people, so that is confirmed first. */
function IdForm({ account, etag, onClose }: FormProperties) {
  const [draft, setDraft] = useState<AccountDraft>(trimmedDraft(account))
  const restoreFocus = useRestoreFocusTarget()
  const [checked, setChecked] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const change = useChangeAccount(account.tenantId, account.id, etag)
  const wanted = trimmedDraft(draft)
  const isOther =
    !isSame(wanted.clientId, account.clientId) ||
    !isSame(wanted.directoryId, account.directoryId) ||
    wanted.cloud !== account.cloud

  const save = () => change.mutate(wanted, { onSuccess: onClose, onError: () => setAsking(false) })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (Object.keys(draftComplaints(draft)).length > 0) return
    if (account.status !== 'draft' && isOther) setAsking(true)
    else save()
  }
  return (
    <form onSubmit={submit} noValidate>
      <AccountFields
        draft={draft}
        complaints={checked ? draftComplaints(draft) : {}}
        error={change.error}
        onChange={setDraft}
      />
      <ProblemNotice error={change.error} />
      <p>
        <Button {...restoreFocus} type="submit" appearance="primary" disabled={change.isPending}>
          Save registration
        </Button>{' '}
        <Button onClick={onClose}>Cancel</Button>
      </p>
      <ConfirmAccountChange
        account={account}
        isOpen={isAsking}
        title={`Change the registration of ${account.alias}?`}
        confirmLabel="Change registration"
        isBusy={change.isPending}
        error={undefined}
        onConfirm={save}
        onClose={() => setAsking(false)}
      >
        Another registration is another connection: everybody imported with this account is signed out and loses SSO,
        and its import rules end. They keep their extensions. The account becomes a draft; once a connection test is
        green, import the people of the new connection.
      </ConfirmAccountChange>
    </form>
  )
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
