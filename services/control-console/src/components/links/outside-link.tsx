import { Link } from '@fluentui/react-components'
import { OpenRegular } from '@fluentui/react-icons'
import type { ReactNode } from 'react'

/** A link to the Entra admin center: opens another window without opener and referrer. */
export function OutsideLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} target="_blank" rel="noopener noreferrer" inline>
      {children} <OpenRegular aria-hidden />
    </Link>
  )
}
