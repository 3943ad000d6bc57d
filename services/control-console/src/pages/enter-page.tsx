import { Spinner, Text } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { Navigate } from 'react-router'
import { problemOf } from '../api/api-problem.ts'
import { openSession, SESSION_KEY } from '../api/session.ts'
import { CentredCard } from '../components/page-frame/centred-card.tsx'
import { PageHeading } from '../components/page-frame/page-heading.tsx'
import { ProblemNotice } from '../components/problem-notice.tsx'

/** Exchanges the one-time link's token for a session. */
export function EnterPage({ token }: { token: string | undefined }) {
  const client = useQueryClient()
  const tried = useRef(false)
  const enter = useMutation({
    mutationFn: openSession,
    onSuccess: () => client.resetQueries({ queryKey: SESSION_KEY }),
  })

  // The token works once, so it is sent once, however often the page renders.
  useEffect(() => {
    if (token === undefined || tried.current) return
    tried.current = true
    enter.mutate(token)
  }, [token, enter.mutate])

  if (enter.isSuccess) return <Navigate to="/" replace />
  if (token === undefined) return <Navigate to="/" replace />
  return (
    <CentredCard>
      {enter.isError ? <Refused error={enter.error} /> : <Spinner label="Signing you in" labelPosition="after" />}
    </CentredCard>
  )
}

function Refused({ error }: { error: unknown }) {
  const { status } = problemOf(error)
  if (status === 0 || status === 429 || status >= 500) {
    return (
      <>
        <PageHeading title="You could not be signed in" />
        <ProblemNotice error={error} />
      </>
    )
  }
  return (
    <>
      <PageHeading title="This link was used or has expired" />
      <Text>
        A link opens Control once, within 15 minutes; a hand-over link, until its expiry. Ask its sender for a new one:
        an administrator makes it in Control, the operator of the phone platform with{' '}
        <code>jackfield control-link</code>.
      </Text>
    </>
  )
}
