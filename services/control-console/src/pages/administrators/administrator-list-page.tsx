import { Text } from '@fluentui/react-components'
import { useAdministrators } from '../../api/administrators.ts'
import { useTenant } from '../../api/tenants.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import { useRouteId } from '../../components/hooks/use-route-id.ts'
import { Loading } from '../../components/loading.tsx'
import { PageHeading } from '../../components/page-frame/page-heading.tsx'
import { usePrincipal } from '../../components/page-frame/require-session.tsx'
import { Section } from '../../components/page-frame/section.tsx'
import { AddAdministrator } from './add-administrator.tsx'
import { AdministratorTable } from './administrator-table.tsx'

export function AdministratorListPage() {
  const tenantId = useRouteId('tenantId')
  const { role } = usePrincipal()
  const { data: administrators, error } = useAdministrators(tenantId)
  const { data: tenant } = useTenant(tenantId)
  const address = `${location.origin}/?tenant=${tenant?.slug}`
  return (
    <>
      <PageHeading title="Administrators" />
      <Section title="Who signs in to Control with Microsoft">
        <Text>
          They sign in at {address} <CopyButton text={address} label="Copy the sign-in address" />
        </Text>
        {!administrators && <Loading error={error} />}
        {administrators?.length === 0 && <Text>Nobody yet.</Text>}
        {administrators && administrators.length > 0 && (
          <AdministratorTable tenantId={tenantId} administrators={administrators} />
        )}
      </Section>
      {role === 'admin' && (
        <Section title="Add an administrator">
          <AddAdministrator tenantId={tenantId} />
        </Section>
      )}
    </>
  )
}
