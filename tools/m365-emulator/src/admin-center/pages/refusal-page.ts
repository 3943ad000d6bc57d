import { html } from '@jackfield/http-server/html'
import { frame, type Visitor } from './frame.ts'

export function refusalPage(visitor: Visitor, title: string, text: string): string {
  const body = html`<h1>${title}</h1><p class="error" role="alert">${text}</p><p><a href="/app-registrations">Back to App registrations</a></p>`
  return frame(title, visitor, body)
}
