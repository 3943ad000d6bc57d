import { Text } from '@fluentui/react-components'
import { CentredCard } from '../components/page-frame/centred-card.tsx'
import { PageHeading } from '../components/page-frame/page-heading.tsx'
import { MicrosoftSignIn } from './microsoft-sign-in.tsx'

export function SignedOutPage() {
  return (
    <CentredCard>
      <PageHeading title="Sign in to Control" />
      <MicrosoftSignIn />
      <Text>
        Not an administrator yet? Ask one of your organisation, or the operator of the phone platform for a one-time
        link, and open it in this browser.
      </Text>
    </CentredCard>
  )
}
