import { MessageBar, MessageBarBody, MessageBarTitle } from '@fluentui/react-components'
import { problemOf } from '../api/api-problem.ts'

/** The API's refusal and its reason, with the request id for support. */
export function ProblemNotice({ error }: { error: unknown }) {
  if (!error) return null
  const { title, detail, errors, requestId } = problemOf(error)
  return (
    <div role="alert">
      <MessageBar intent="error" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{title}</MessageBarTitle>
          {detail}
          {errors && (
            <ul>
              {errors.map(({ path, message }) => (
                <li key={`${path} ${message}`}>
                  {path.split('.').slice(1).join(' ')} {message}
                </li>
              ))}
            </ul>
          )}
          {requestId && <div>Request id: {requestId}</div>}
        </MessageBarBody>
      </MessageBar>
    </div>
  )
}
