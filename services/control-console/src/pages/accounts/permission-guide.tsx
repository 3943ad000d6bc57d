import { Button, Text } from '@fluentui/react-components'
import type { MicrosoftAccount } from '@jackfield/contract/microsoft/microsoft-account'
import { useConsentLink } from '../../api/microsoft-accounts.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import { RegistrationLink } from '../../components/links/admin-center-link.tsx'
import { OutsideLink } from '../../components/links/outside-link.tsx'
import { ProblemNotice } from '../../components/problem-notice.tsx'

export function PermissionGuide({ account }: { account: MicrosoftAccount }) {
  return (
    <>
      <Text block>
        On the registration's{' '}
        <RegistrationLink account={account} page="CallAnAPI">
          API permissions page
        </RegistrationLink>{' '}
        select Add a permission &gt; Microsoft Graph &gt; <strong>Application permissions</strong> and add{' '}
        <strong>User.Read.All</strong>. A delegated permission of the same name is not enough.
      </Text>
      <Text block>Then select "Grant admin consent". This step takes one of the two administrator roles.</Text>
      <ConsentLink account={account} />
    </>
  )
}

/** Microsoft's consent page for this registration, to open or to send to a colleague with the role. */
function ConsentLink({ account }: { account: MicrosoftAccount }) {
  const make = useConsentLink(account.tenantId, account.id)
  return (
    <>
      <div>
        <Button disabled={make.isPending} onClick={() => make.mutate()}>
          Make a consent link
        </Button>{' '}
        {make.data && <OutsideLink href={make.data.url}>Open Microsoft’s consent page</OutsideLink>}{' '}
        {make.data && <CopyButton text={make.data.url} label="Copy the consent link" />}
      </div>
      {make.data && <Text block>Works once, until {new Date(make.data.expiresAt).toLocaleString()}.</Text>}
      <ProblemNotice error={make.error} />
    </>
  )
}
