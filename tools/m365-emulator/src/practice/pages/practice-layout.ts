import type { Account } from '../../directory/directories.ts'
import { type Html, html } from '../../entra/pages/html.ts'

/** The frame of the practice pages; no scripts, so that everything works by keyboard and reader alone. */
export function practiceLayout(title: string, administrator: Account | undefined, body: Html): string {
  const who =
    administrator &&
    html`<span>${administrator.user.displayName} (${administrator.user.directoryRoles.join(', ')}) at ${administrator.directory.displayName}</span>
<form method="post" action="/admin/sign-out"><button class="plain">Sign out</button></form>`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - Practice Entra admin center</title>
<style>
  body { margin: 0; background: #f4f6f8; color: #1b1f23; font: 16px/1.5 system-ui, sans-serif }
  header { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; padding: .5rem 1.5rem; background: #fff; border-bottom: 1px solid #cfd6dc }
  header a { font-weight: 600; margin-right: auto }
  header form { margin: 0 }
  main { box-sizing: border-box; max-width: 56rem; margin: 1.5rem auto; padding: 1.5rem 2rem; background: #fff; border-radius: .5rem; box-shadow: 0 1px 4px #0002 }
  h1 { margin: 0 0 1rem; font-size: 1.5rem } h2 { margin: 2rem 0 .5rem; font-size: 1.15rem }
  nav ul { display: flex; flex-wrap: wrap; gap: 1rem; padding: 0; list-style: none } nav a[aria-current] { font-weight: 700; color: inherit }
  label { display: block; margin: .75rem 0 .25rem } fieldset { margin: 1rem 0; border: 1px solid #cfd6dc; border-radius: .25rem } fieldset label { margin: .25rem 0 }
  input[type=text], input[type=password], select { box-sizing: border-box; width: min(32rem, 100%); padding: .5rem; font: inherit; border: 1px solid #667; border-radius: .25rem }
  button { padding: .4rem 1rem; font: inherit; border: 1px solid #0b5cad; border-radius: .25rem; background: #0b5cad; color: #fff; cursor: pointer }
  button.plain { background: #fff; color: #0b5cad } button:disabled { background: #e3e7ea; color: #555; border-color: #99a; cursor: not-allowed }
  table { width: 100%; border-collapse: collapse } th, td { padding: .4rem .5rem; text-align: left; border-bottom: 1px solid #dde2e6; overflow-wrap: anywhere } td form { margin: 0 }
  code { font: .95em ui-monospace, monospace; user-select: all } .error { color: #a80000 } .note { color: #555; font-size: .875rem } .once { padding: 1rem; border: 1px solid #b58900; background: #fff8e1; border-radius: .25rem }
  dt { font-weight: 600; margin-top: .5rem } dd { margin: 0 }
</style>
</head>
<body>
<header><a href="/admin">Practice Entra admin center</a>${who}</header>
<main>
${body}
<p class="note">An emulator for development: nothing here reaches Microsoft, and all of it is gone when the emulator ends.</p>
</main>
</body>
</html>
`.text
}

export function messagePage(administrator: Account, title: string, text: string): string {
  return practiceLayout(
    title,
    administrator,
    html`<h1>${title}</h1><p role="alert">${text}</p><p><a href="/admin">App registrations</a></p>`,
  )
}

export const alert = (text: string | undefined) => text !== undefined && html`<p class="error" role="alert">${text}</p>`
