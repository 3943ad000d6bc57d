import { Button, Text } from '@fluentui/react-components'
import type { MicrosoftAccount } from '@jackfield/contract/microsoft-account'
import { useConsentLink } from '../../api/microsoft-accounts.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import { OutsideLink } from '../../components/outside-link.tsx'
import { ProblemNotice } from '../../components/problem-notice.tsx'

/** Microsoft's own consent page for this registration; it can be opened here or sent to whoever has the role. */
export function ConsentLink({ account }: { account: MicrosoftAccount }) {
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
      {make.data && <Text block>Good once, until {new Date(make.data.expiresAt).toLocaleString()}.</Text>}
      <ProblemNotice error={make.error} />
    </>
  )
}
