import { Text } from '@fluentui/react-components'
import { CentredCard } from '../components/centred-card.tsx'
import { PageHeading } from '../components/page-heading.tsx'

export function SignedOutPage() {
  return (
    <CentredCard>
      <PageHeading title="You are not signed in" />
      <Text>Control is opened by a one-time link. Ask the operator of the phone platform for one, and open it in this browser.</Text>
    </CentredCard>
  )
}
