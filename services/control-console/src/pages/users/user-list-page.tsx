import { Button, Field, makeStyles, SearchBox, Select, Text, tokens } from '@fluentui/react-components'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { useUsers } from '../../api/users.ts'
import { useDebounced } from '../../components/hooks/use-debounced.ts'
import { useRouteId } from '../../components/hooks/use-route-id.ts'
import { Loading } from '../../components/loading.tsx'
import { PageHeading } from '../../components/page-frame/page-heading.tsx'
import { Section } from '../../components/page-frame/section.tsx'
import { ImportButton } from '../import/import-button.tsx'
import { UserTable } from './user-table.tsx'

const useStyles = makeStyles({
  filters: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalL },
  search: { minWidth: '280px' },
  pages: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalM },
})

export function UserListPage() {
  const styles = useStyles()
  const tenantId = useRouteId('tenantId')
  const [parameters, setParameters] = useSearchParams()
  const search = parameters.get('search') ?? ''
  const bound = parameters.get('bound') ?? ''
  const filter = useDebounced(`${search}\n${bound}`) // a new filter starts at the first page
  const change = (name: string, value: string) =>
    setParameters(
      (before) => {
        const next = new URLSearchParams(before)
        if (value === '') next.delete(name)
        else next.set(name, value)
        return next
      },
      { replace: true },
    )

  return (
    <>
      <PageHeading title="Users">
        <ImportButton tenantId={tenantId} />
      </PageHeading>
      <Section title="Users of the phone system">
        <div className={styles.filters}>
          <Field label="Search users" className={styles.search}>
            <SearchBox
              value={search}
              placeholder="Name, UPN, mail or extension"
              onChange={(_, { value }) => change('search', value)}
            />
          </Field>
          <Field label="Extension">
            <Select value={bound} onChange={(_, { value }) => change('bound', value)}>
              <option value="">All users</option>
              <option value="true">Bound to an extension</option>
              <option value="false">Not bound</option>
            </Select>
          </Field>
        </div>
        <UserPages key={filter} tenantId={tenantId} filter={filter} />
      </Section>
    </>
  )
}

function UserPages({ tenantId, filter }: { tenantId: string; filter: string }) {
  const styles = useStyles()
  const [search = '', bound = ''] = filter.split('\n')
  const [cursors, setCursors] = useState<readonly string[]>([''])
  const { data, error, isPlaceholderData } = useUsers(tenantId, { search, bound, cursor: cursors.at(-1) ?? '' })
  const next = data?.nextCursor
  if (error || !data) return <Loading error={error} />
  if (data.items.length === 0)
    return (
      <Text role="status">
        {search || bound ? 'No user matches.' : 'No users yet. Import them from Microsoft 365.'}
      </Text>
    )
  return (
    <>
      <UserTable users={data.items} />
      <nav className={styles.pages} aria-label="Pages">
        <Button disabled={cursors.length === 1} onClick={() => setCursors(cursors.slice(0, -1))}>
          Previous page
        </Button>
        <Text role="status">Page {cursors.length}</Text>
        <Button disabled={!next || isPlaceholderData} onClick={() => next && setCursors([...cursors, next])}>
          Next page
        </Button>
      </nav>
    </>
  )
}
