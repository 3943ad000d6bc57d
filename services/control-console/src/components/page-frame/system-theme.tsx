import { FluentProvider, makeStyles, tokens, webDarkTheme, webLightTheme } from '@fluentui/react-components'
import { type ReactNode, useSyncExternalStore } from 'react'

const dark = window.matchMedia('(prefers-color-scheme: dark)')

const useStyles = makeStyles({ page: { minHeight: '100vh', backgroundColor: tokens.colorNeutralBackground2 } })

function onChange(notify: () => void) {
  dark.addEventListener('change', notify)
  return () => dark.removeEventListener('change', notify)
}

/** Light or dark, as the system prefers. */
export function SystemTheme({ children }: { children: ReactNode }) {
  const isDark = useSyncExternalStore(onChange, () => dark.matches)
  const styles = useStyles()
  return (
    <FluentProvider theme={isDark ? webDarkTheme : webLightTheme}>
      {/* Not on the provider: its classes go to pop-up lists and dialogs too, which would then cover the page. */}
      <div className={styles.page}>{children}</div>
    </FluentProvider>
  )
}
