import { MessageBar, MessageBarBody, MessageBarTitle, makeStyles, Text, tokens } from '@fluentui/react-components'
import type { Cloud } from '@jackfield/contract/microsoft/microsoft-cloud'
import { CopyButton } from '../../components/copy-button.tsx'
import { NewRegistrationLink } from '../../components/links/admin-center-link.tsx'

const useStyles = makeStyles({
  notice: { marginBottom: tokens.spacingVerticalL },
  steps: {
    margin: 0,
    paddingLeft: tokens.spacingHorizontalXXL,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
  },
})

/** Stated before step 1: without the role the last step fails. */
export function NeededRoles() {
  const styles = useStyles()
  return (
    <MessageBar intent="warning" layout="multiline" className={styles.notice}>
      <MessageBarBody>
        <MessageBarTitle>You need an Entra administrator role</MessageBarTitle>
        Registering the app and granting its permission takes the role <strong>Global Administrator</strong> or{' '}
        <strong>Privileged Role Administrator</strong> in Entra ID (formerly Azure AD).
      </MessageBarBody>
    </MessageBar>
  )
}

export function RegistrationGuide({ tenantName, cloud }: { tenantName: string; cloud: Cloud }) {
  const styles = useStyles()
  const appName = `Phone sign-in (${tenantName})`
  return (
    <ol className={styles.steps}>
      <li>
        Open <NewRegistrationLink cloud={cloud}>App registrations &gt; New registration</NewRegistrationLink> in the
        Entra admin center.
      </li>
      <li>
        <Text block>
          Give the app a name that your users know: they may see it when they sign in. A proposal:{' '}
          <strong>{appName}</strong>
          <CopyButton text={appName} label="Copy app name" />
        </Text>
      </li>
      <li>Choose "Accounts in this organizational directory only". An existing multi-tenant registration works too.</li>
      <li>Leave "Redirect URI" empty and select Register. The next page here lists the addresses to add.</li>
      <li>
        From the app's Overview page copy the Application (client) ID and the Directory (tenant) ID into the form, then
        save.
      </li>
    </ol>
  )
}
