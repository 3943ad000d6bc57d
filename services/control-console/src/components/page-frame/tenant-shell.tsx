import { Link as FluentLink, MessageBar, MessageBarBody, makeStyles, tokens } from '@fluentui/react-components'
import { useEffect, useRef } from 'react'
import { Navigate, Outlet, useLocation } from 'react-router'
import { useTenant } from '../../api/tenants.ts'
import { useRouteId } from '../hooks/use-route-id.ts'
import { Loading } from '../loading.tsx'
import { WaitingRuns } from '../waiting-runs/waiting-runs.tsx'
import { usePrincipal } from './require-session.tsx'
import { SystemNavigation } from './system-navigation.tsx'
import { TopBar } from './top-bar.tsx'

const useStyles = makeStyles({
  skip: { position: 'absolute', left: '-999px', ':focus': { left: '8px', top: '8px', zIndex: 1 } },
  body: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalXXL,
    maxWidth: '1400px',
    margin: '0 auto',
    padding: tokens.spacingVerticalXXL,
    '@media (min-width: 801px)': { flexWrap: 'nowrap' },
  },
  main: { flexGrow: 1, minWidth: 0, outlineStyle: 'none' },
})

/** The frame of a tenant's pages: the admin's name at the top, the menu at the left, the page. */
export function TenantShell() {
  const styles = useStyles()
  const { role, scope, accountId } = usePrincipal()
  const tenantId = useRouteId('tenantId')
  const { data: tenant, error } = useTenant(tenantId)
  const main = useRef<HTMLElement>(null)
  const arrivedAt = useRef<string>(undefined)
  const { pathname } = useLocation()

  // Moves focus to the new page after a navigation without page load, but not on the first page.
  useEffect(() => {
    if (arrivedAt.current !== undefined && arrivedAt.current !== pathname) main.current?.focus()
    arrivedAt.current = pathname
  }, [pathname])

  // A hand-over link opens one page only.
  const only = accountId === undefined ? undefined : `/tenants/${scope}/microsoft-365/${accountId}`
  if (only !== undefined && pathname !== only) return <Navigate to={only} replace />
  return (
    <>
      <FluentLink className={styles.skip} href="#content">
        Skip to content
      </FluentLink>
      <TopBar tenantName={tenant?.name} />
      {tenant && only === undefined && <WaitingRuns tenantId={tenantId} />}
      <div className={styles.body}>
        {only === undefined && <SystemNavigation />}
        <main id="content" ref={main} tabIndex={-1} className={styles.main}>
          {role === 'read' && (
            <MessageBar intent="info">
              <MessageBarBody>You may look at everything here; changing it takes an admin.</MessageBarBody>
            </MessageBar>
          )}
          {tenant ? <Outlet /> : <Loading error={error} />}
        </main>
      </div>
    </>
  )
}
