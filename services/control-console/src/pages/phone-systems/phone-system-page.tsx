import {
  Button,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  Text,
} from '@fluentui/react-components'
import { useExtensions, usePhoneSystems } from '../../api/phone-systems.ts'
import { ExtensionHoldNote } from '../../components/extension-hold-note.tsx'
import { useRouteId } from '../../components/hooks/use-route-id.ts'
import { PageLink } from '../../components/links/page-link.tsx'
import { Loading } from '../../components/loading.tsx'
import { PageHeading } from '../../components/page-frame/page-heading.tsx'
import { Section } from '../../components/page-frame/section.tsx'
import { AddExtensions } from './add-extensions.tsx'

export function PhoneSystemPage() {
  const tenantId = useRouteId('tenantId')
  const phoneSystemId = useRouteId('phoneSystemId')
  const { data: systems, error } = usePhoneSystems(tenantId)
  if (!systems) return <Loading error={error} />

  const system = systems.find(({ id }) => id === phoneSystemId)
  if (!system) return <PageHeading title="There is no such phone system" />
  return (
    <>
      <PageHeading title={system.name} />
      <Section title="Add extensions">
        <AddExtensions tenantId={tenantId} phoneSystemId={phoneSystemId} />
      </Section>
      <Section title="Extensions">
        <ExtensionTable tenantId={tenantId} phoneSystemId={phoneSystemId} />
      </Section>
    </>
  )
}

function ExtensionTable({ tenantId, phoneSystemId }: { tenantId: string; phoneSystemId: string }) {
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useExtensions(tenantId, phoneSystemId)
  const extensions = data?.pages.flatMap((page) => page.items)
  if (!extensions) return <Loading error={error} />
  if (extensions.length === 0) return <Text>No extensions yet.</Text>
  return (
    <>
      <Table aria-label="Extensions" size="small">
        <TableHeader>
          <TableRow>
            <TableHeaderCell>Number</TableHeaderCell>
            <TableHeaderCell>Name</TableHeaderCell>
            <TableHeaderCell>Held by</TableHeaderCell>
          </TableRow>
        </TableHeader>
        <TableBody>
          {extensions.map(({ number, name, holder }) => (
            <TableRow key={number}>
              <TableCell>{number}</TableCell>
              <TableCell>{name ?? '-'}</TableCell>
              <TableCell>
                {holder ? (
                  <PageLink to={`/tenants/${tenantId}/users/${holder.userId}?tab=bindings`}>
                    {holder.displayName}
                  </PageLink>
                ) : (
                  'Free'
                )}
                {holder?.hold && <ExtensionHoldNote hold={holder.hold} />}
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      {hasNextPage && (
        <div>
          <Button disabled={isFetchingNextPage} onClick={() => fetchNextPage()}>
            Load more
          </Button>
        </div>
      )}
    </>
  )
}
