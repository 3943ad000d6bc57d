import { CentredCard } from '../components/centred-card.tsx'
import { PageHeading } from '../components/page-heading.tsx'
import { PageLink } from '../components/page-link.tsx'

export function MissingPage() {
  return (
    <CentredCard>
      <PageHeading title="There is no such page" />
      <PageLink to="/">Go to the start page</PageLink>
    </CentredCard>
  )
}
