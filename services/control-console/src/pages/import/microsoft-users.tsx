import { Text } from '@fluentui/react-components'
import type { MicrosoftUser } from '@jackfield/contract/microsoft/microsoft-user'
import { useMicrosoftUsers } from '../../api/imports.ts'
import { useDebounced } from '../../components/hooks/use-debounced.ts'
import { Loading } from '../../components/loading.tsx'
import type { TickChanges } from '../../domain/ticks.ts'
import { MicrosoftUserTable } from './microsoft-user-table.tsx'

type Properties = {
  tenantId: string
  accountId: string
  search: string
  changes: TickChanges
  /** Passes the people shown, too: a narrowed search drops the others from the list. */
  onChange: (changes: TickChanges, shown: readonly MicrosoftUser[]) => void
}

export function MicrosoftUsers({ tenantId, accountId, search, changes, onChange }: Properties) {
  const list = useMicrosoftUsers(tenantId, accountId, useDebounced(search.trim()))
  const users = list.data?.pages.flatMap((page) => page.items)
  if (!users) return <Loading error={list.error} label="Asking Microsoft for the users" />
  if (users.length === 0) return <Text role="status">No user matches.</Text>
  return (
    <MicrosoftUserTable
      users={users}
      changes={changes}
      onChange={(next) => onChange(next, users)}
      more={list.hasNextPage ? { load: () => list.fetchNextPage(), isLoading: list.isFetchingNextPage } : undefined}
      error={list.error}
    />
  )
}
