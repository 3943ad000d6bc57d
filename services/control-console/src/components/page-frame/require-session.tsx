import type { Principal } from '@jackfield/contract/access/principal'
import { createContext, useContext } from 'react'
import { Outlet } from 'react-router'
import { useSession } from '../../api/session.ts'
import { SignedOutPage } from '../../pages/signed-out-page.tsx'
import { Loading } from '../loading.tsx'
import { CentredCard } from './centred-card.tsx'

const PrincipalContext = createContext<Principal | null>(null)

/** The signed-in admin. Usable only below RequireSession. */
export function usePrincipal(): Principal {
  const principal = useContext(PrincipalContext)
  if (!principal) throw new Error('usePrincipal stands outside RequireSession')
  return principal
}

/** Renders the pages below it for signed-in admins only. */
export function RequireSession() {
  const { data: principal, error } = useSession()
  if (principal === null) return <SignedOutPage />
  if (principal === undefined) {
    return (
      <CentredCard>
        <Loading error={error} />
      </CentredCard>
    )
  }
  return (
    <PrincipalContext value={principal}>
      <Outlet />
    </PrincipalContext>
  )
}
