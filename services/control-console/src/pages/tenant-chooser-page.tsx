import { Button, makeStyles, Text, tokens } from '@fluentui/react-components'
import type { TenantHealth } from '@jackfield/contract/tenants/tenant'
import { Navigate } from 'react-router'
import { useTenants } from '../api/tenants.ts'
import { PageLink } from '../components/links/page-link.tsx'
import { Loading } from '../components/loading.tsx'
import { CentredCard } from '../components/page-frame/centred-card.tsx'
import { PageHeading } from '../components/page-frame/page-heading.tsx'
import { usePrincipal } from '../components/page-frame/require-session.tsx'
import { TopBar } from '../components/page-frame/top-bar.tsx'

const useStyles = makeStyles({
  list: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
  },
  note: { color: tokens.colorStatusDangerForeground1, marginLeft: tokens.spacingHorizontalS },
  slug: { color: tokens.colorNeutralForeground3, marginLeft: tokens.spacingHorizontalS },
})

/** Platform admins choose a tenant; an admin of one tenant is redirected to it. */
export function TenantChooserPage() {
  const { scope } = usePrincipal()
  return scope === 'platform' ? <TenantList /> : <Navigate to={`/tenants/${scope}`} replace />
}

function TenantList() {
  const styles = useStyles()
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useTenants()
  const tenants = data?.pages.flatMap((page) => page.items)
  return (
    <>
      <TopBar />
      <CentredCard>
        <PageHeading title="Choose a tenant" />
        {!tenants && <Loading error={error} />}
        {tenants?.length === 0 && <Text>There are no tenants yet.</Text>}
        <ul className={styles.list}>
          {tenants?.map(({ id, name, slug, health }) => (
            <li key={id}>
              <PageLink to={`/tenants/${id}`}>{name}</PageLink>
              <Text className={styles.slug}>{slug}</Text>
              {health && <HealthNote health={health} />}
            </li>
          ))}
        </ul>
        {hasNextPage && (
          <Button disabled={isFetchingNextPage} onClick={() => fetchNextPage()}>
            Load more
          </Button>
        )}
      </CentredCard>
    </>
  )
}

/** Of tenants whose people who left may still sign in (FC-34). */
function HealthNote({ health: { status, since } }: { health: TenantHealth }) {
  const styles = useStyles()
  if (status !== 'failing') return undefined
  const text = since ? `Not in step since ${new Date(since).toLocaleString()}` : 'Connection failing'
  return <Text className={styles.note}>{text}</Text>
}
