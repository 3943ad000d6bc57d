import { Button, Spinner, Text } from '@fluentui/react-components'
import type { MicrosoftAccount } from '@jackfield/contract/microsoft/microsoft-account'
import type { Verification } from '@jackfield/contract/microsoft/verification'
import type { useConnectionTest } from '../../../api/microsoft-accounts.ts'
import { ProblemNotice } from '../../../components/problem-notice.tsx'
import { CheckList } from './check-list.tsx'

type Properties = { account: MicrosoftAccount; test: ReturnType<typeof useConnectionTest> }

export function ConnectionTest({ account, test }: Properties) {
  return (
    <>
      <div role="status">
        {test.isPending && <Spinner label="Testing the connection" labelPosition="after" />}
        {test.data && !test.isPending && <Summary verification={test.data} />}
        {!test.data && !test.isPending && (
          <Text>
            {account.lastVerifiedAt
              ? `Last tested ${new Date(account.lastVerifiedAt).toLocaleString()}.`
              : 'Not tested yet.'}
          </Text>
        )}
      </div>
      <ProblemNotice error={test.error} />
      {test.data && !test.isPending && <CheckList label="Checks" checks={test.data.checks} />}
      <div>
        <Button disabled={test.isPending || !account.credential} onClick={() => test.mutate({})}>
          Test again
        </Button>
        {!account.credential && <Text> Save a client secret first.</Text>}
      </div>
    </>
  )
}

function Summary({ verification }: { verification: Verification }) {
  return (
    <Text weight="semibold">
      {verification.ok ? 'The connection works.' : 'The connection does not work yet. See the failed checks.'}
    </Text>
  )
}
