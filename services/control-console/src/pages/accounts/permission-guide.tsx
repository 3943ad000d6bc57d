import { Text } from '@fluentui/react-components'
import type { MicrosoftAccount } from '@jackfield/contract/microsoft-account'
import { RegistrationLink } from '../../components/admin-center-link.tsx'
import { ConsentLink } from './consent-link.tsx'

export function PermissionGuide({ account }: { account: MicrosoftAccount }) {
  return (
    <>
      <Text block>
        On the registration's{' '}
        <RegistrationLink account={account} page="CallAnAPI">
          API permissions page
        </RegistrationLink>{' '}
        select Add a permission &gt; Microsoft Graph &gt; <strong>Application permissions</strong> and add{' '}
        <strong>User.Read.All</strong>. A delegated permission of the same name does not do.
      </Text>
      <Text block>
        Then select "Grant admin consent". This is the step that takes one of the two administrator roles.
      </Text>
      <ConsentLink account={account} />
    </>
  )
}
