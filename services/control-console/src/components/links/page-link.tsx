import { Link as FluentLink } from '@fluentui/react-components'
import type { ReactNode } from 'react'
import { useHref, useLinkClickHandler } from 'react-router'

/** A link to a page of Control, without a page load. */
export function PageLink({ to, children }: { to: string; children: ReactNode }) {
  const onClick = useLinkClickHandler<HTMLAnchorElement>(to)
  return (
    <FluentLink href={useHref(to)} onClick={onClick} inline>
      {children}
    </FluentLink>
  )
}
