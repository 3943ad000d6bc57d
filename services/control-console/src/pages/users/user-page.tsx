import { Badge, Tab, TabList } from '@fluentui/react-components'
import { useSearchParams } from 'react-router'
import { useUser } from '../../api/users.ts'
import { useRouteId } from '../../components/hooks/use-route-id.ts'
import { Loading } from '../../components/loading.tsx'
import { PageHeading } from '../../components/page-frame/page-heading.tsx'
import { BindingsTab } from './bindings-tab.tsx'
import { UserDetails } from './user-details.tsx'

export function UserPage() {
  const tenantId = useRouteId('tenantId')
  const [parameters, setParameters] = useSearchParams()
  const tab = parameters.get('tab') === 'bindings' ? 'bindings' : 'details'
  const { data, error } = useUser(tenantId, useRouteId('userId'))
  if (!data) return <Loading error={error} />

  const user = data.value
  return (
    <>
      <PageHeading title={user.displayName || user.userPrincipalName}>
        {user.status !== 'active' && (
          <Badge appearance="tint">{user.status === 'disabled' ? 'Disabled' : 'Deleted'}</Badge>
        )}
      </PageHeading>
      <TabList
        selectedValue={tab}
        onTabSelect={(_, { value }) =>
          setParameters(value === 'bindings' ? { tab: 'bindings' } : {}, { replace: true })
        }
      >
        <Tab value="details" id="tab-details" aria-controls="panel">
          Details
        </Tab>
        <Tab value="bindings" id="tab-bindings" aria-controls="panel">
          Bindings
        </Tab>
      </TabList>
      <div role="tabpanel" id="panel" aria-labelledby={`tab-${tab}`}>
        {tab === 'details' ? (
          <UserDetails tenantId={tenantId} user={user} etag={data.etag} />
        ) : (
          <BindingsTab tenantId={tenantId} user={user} />
        )}
      </div>
    </>
  )
}
