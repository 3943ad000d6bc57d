import { Button } from '@fluentui/react-components'
import { type FormEvent, useState } from 'react'
import { useNavigate } from 'react-router'
import { useCreateAccount } from '../../api/microsoft-accounts.ts'
import { useTenant } from '../../api/tenants.ts'
import { useKeptState } from '../../components/hooks/use-kept-state.ts'
import { useRouteId } from '../../components/hooks/use-route-id.ts'
import { PageHeading } from '../../components/page-frame/page-heading.tsx'
import { Section } from '../../components/page-frame/section.tsx'
import { ProblemNotice } from '../../components/problem-notice.tsx'
import { AccountFields, draftComplaints, EMPTY_DRAFT, trimmedDraft } from './account-fields.tsx'
import { NeededRoles, RegistrationGuide } from './registration-guide.tsx'

/** Saves the account as a draft, before it has a credential. Typed text survives a reload. */
export function NewAccountPage() {
  const tenantId = useRouteId('tenantId')
  const navigate = useNavigate()
  const { data: tenant } = useTenant(tenantId)
  const [draft, setDraft, forgetDraft] = useKeptState(`new-account.${tenantId}`, EMPTY_DRAFT)
  const [checked, setChecked] = useState(false)
  const create = useCreateAccount(tenantId)
  const complaints = checked ? draftComplaints(draft) : {}

  const save = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (Object.keys(draftComplaints(draft)).length > 0) return
    create.mutate(trimmedDraft(draft), {
      onSuccess: (account) => {
        forgetDraft()
        navigate(`../microsoft-365/${account.id}`, { replace: true })
      },
    })
  }

  return (
    <>
      <PageHeading title="Add a Microsoft 365 account" />
      <NeededRoles />
      <Section title="1. Register an app in Entra ID">
        <RegistrationGuide tenantName={tenant?.name ?? ''} cloud={draft.cloud} />
      </Section>
      <form onSubmit={save} noValidate>
        <Section title="2. Tell us its ids">
          <AccountFields draft={draft} complaints={complaints} error={create.error} onChange={setDraft} />
          <ProblemNotice error={create.error} />
          <div>
            <Button type="submit" appearance="primary" disabled={create.isPending}>
              Save and continue
            </Button>
          </div>
        </Section>
      </form>
    </>
  )
}
