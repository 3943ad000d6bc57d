/** Whether this host's tenant can sign in with Microsoft; during an outage the button stays. */
export async function canSignInWithMicrosoft(): Promise<boolean> {
  const answer = await fetch('/auth/sign-in-options').catch(() => undefined)
  if (!answer?.ok) return answer?.status !== 404
  return (await answer.json()).microsoft
}
