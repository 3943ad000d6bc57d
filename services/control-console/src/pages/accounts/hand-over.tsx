import { Button, Text } from '@fluentui/react-components'
import type { MicrosoftAccount } from '@jackfield/contract/microsoft/microsoft-account'
import { useHandOverLink } from '../../api/microsoft-accounts.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import { ProblemNotice } from '../../components/problem-notice.tsx'

/** For an admin without the role in Entra ID: a link for a colleague, who sees nothing but this set-up. */
export function HandOver({ account }: { account: MicrosoftAccount }) {
  const make = useHandOverLink(account.tenantId, account.id)
  return (
    <>
      <Text block>
        The steps in Entra ID take a Privileged Role Administrator or a Global Administrator. Send a colleague who has
        the role this link: it opens the set-up of this account for three days. It shows no users and opens nothing
        else.
      </Text>
      <div>
        <Button disabled={make.isPending} onClick={() => make.mutate()}>
          Make a hand-over link
        </Button>{' '}
        {make.data && <CopyButton text={make.data.url} label="Copy the hand-over link" showLabel />}
      </div>
      {make.data && (
        <Text block>Valid until {new Date(make.data.expiresAt).toLocaleString()}. It is shown only now.</Text>
      )}
      <ProblemNotice error={make.error} />
    </>
  )
}
