import { PageLink } from '../components/links/page-link.tsx'
import { CentredCard } from '../components/page-frame/centred-card.tsx'
import { PageHeading } from '../components/page-frame/page-heading.tsx'

export function MissingPage() {
  return (
    <CentredCard>
      <PageHeading title="There is no such page" />
      <PageLink to="/">Go to the start page</PageLink>
    </CentredCard>
  )
}
