import { makeStyles, Title2, tokens } from '@fluentui/react-components'
import { type ReactNode, useEffect } from 'react'

const useStyles = makeStyles({
  row: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    marginBottom: tokens.spacingVerticalL,
  },
  heading: { flexGrow: 1, margin: 0 },
})

/** The page's only first-level heading, also the window title, with the page's actions beside it. */
export function PageHeading({ title, children }: { title: string; children?: ReactNode }) {
  const styles = useStyles()
  useEffect(() => {
    document.title = `${title} - Control`
  }, [title])
  return (
    <div className={styles.row}>
      <Title2 as="h1" className={styles.heading}>
        {title}
      </Title2>
      {children}
    </div>
  )
}
