import { Navigate, Route, Routes } from 'react-router'
import { RequireSession } from './components/page-frame/require-session.tsx'
import { TenantShell } from './components/page-frame/tenant-shell.tsx'
import { AccountListPage } from './pages/accounts/account-list-page.tsx'
import { AccountPage } from './pages/accounts/account-page.tsx'
import { NewAccountPage } from './pages/accounts/new-account-page.tsx'
import { AdministratorListPage } from './pages/administrators/administrator-list-page.tsx'
import { BrandingPage } from './pages/branding/branding-page.tsx'
import { EnterPage } from './pages/enter-page.tsx'
import { MissingPage } from './pages/missing-page.tsx'
import { PhoneSystemListPage } from './pages/phone-systems/phone-system-list-page.tsx'
import { PhoneSystemPage } from './pages/phone-systems/phone-system-page.tsx'
import { SyncRunPage } from './pages/sync-runs/sync-run-page.tsx'
import { TenantChooserPage } from './pages/tenant-chooser-page.tsx'
import { UserListPage } from './pages/users/user-list-page.tsx'
import { UserPage } from './pages/users/user-page.tsx'

/** The routes of Control. */
export function App({ entryToken }: { entryToken: string | undefined }) {
  return (
    <Routes>
      <Route path="/enter" element={<EnterPage token={entryToken} />} />
      <Route element={<RequireSession />}>
        <Route path="/" element={<TenantChooserPage />} />
        <Route path="/tenants/:tenantId" element={<TenantShell />}>
          <Route index element={<Navigate to="users" replace />} />
          <Route path="microsoft-365" element={<AccountListPage />} />
          <Route path="microsoft-365/new" element={<NewAccountPage />} />
          <Route path="microsoft-365/:accountId" element={<AccountPage />} />
          <Route path="users" element={<UserListPage />} />
          <Route path="users/:userId" element={<UserPage />} />
          <Route path="administrators" element={<AdministratorListPage />} />
          <Route path="branding" element={<BrandingPage />} />
          <Route path="sync-runs/:runId" element={<SyncRunPage />} />
          <Route path="phone-systems" element={<PhoneSystemListPage />} />
          <Route path="phone-systems/:phoneSystemId" element={<PhoneSystemPage />} />
        </Route>
      </Route>
      <Route path="*" element={<MissingPage />} />
    </Routes>
  )
}
