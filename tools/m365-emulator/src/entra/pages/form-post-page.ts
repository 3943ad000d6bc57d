import { html } from '@jackfield/http-server/html'

/** OAuth 2.0 Form Post Response Mode: a page that posts itself. */
export function formPostPage(action: string, fields: Record<string, string>): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Working... - Microsoft 365 emulator</title></head>
<body>
<form method="post" action="${action}">${inputs}<noscript><p>Script is disabled. Press Continue.</p></noscript><button type="submit">Continue</button></form>
<script>document.forms[0].submit()</script>
</body>
</html>
`.text
}
