import { type Html, html } from '@jackfield/http-server/html'
import type { Application } from '../../directory/application.ts'
import type { Account } from '../../directory/directories.ts'
import type { AdminSession } from '../administrators.ts'

export type Visitor = Account & { session: AdminSession }

const STYLE = html`
  body { margin: 0; color: #1b1f23; background: #f4f5f7; font: 16px/1.5 system-ui, sans-serif }
  header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; padding: .5rem 1.5rem; color: #fff; background: #12355b }
  header a { color: #fff; font-weight: 600 } header p { margin: 0 0 0 auto } header form { margin: 0 }
  main { max-width: 62rem; margin: 1.5rem auto; padding: 1.5rem; background: #fff; border-radius: .5rem; box-shadow: 0 1px 4px #0003 }
  h1 { margin: 0 0 1rem; font-size: 1.5rem } h2 { margin: 1.75rem 0 .5rem; font-size: 1.25rem } h3 { margin: 1.5rem 0 .5rem; font-size: 1.05rem }
  nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 1.25rem; padding: 0 0 .5rem; border-bottom: 1px solid #cfd4da; list-style: none }
  nav a[aria-current] { font-weight: 700; text-decoration: none; color: inherit }
  label { display: block; margin: .75rem 0 .25rem; font-weight: 600 }
  input[type=text], input[type=number], select, textarea { box-sizing: border-box; width: min(100%, 36rem); padding: .45rem; font: inherit; border: 1px solid #667; border-radius: .25rem }
  fieldset { margin: 1rem 0; border: 1px solid #cfd4da; border-radius: .25rem } fieldset label, .choice label { display: inline; font-weight: 400 }
  .choice { margin: .35rem 0 }
  button, .button { display: inline-block; padding: .4rem .9rem; font: inherit; color: #fff; background: #0b5cad; border: 1px solid #0b5cad; border-radius: .25rem; text-decoration: none; cursor: pointer }
  button.plain, header button { color: #0b5cad; background: #fff } button[disabled] { color: #555; background: #e3e6ea; border-color: #c3c8ce; cursor: not-allowed }
  :focus-visible { outline: 3px solid #e8a33d; outline-offset: 2px }
  table { width: 100%; border-collapse: collapse } th, td { padding: .45rem .5rem; text-align: left; vertical-align: top; border-bottom: 1px solid #dfe3e8 }
  td form { display: inline } code { overflow-wrap: anywhere } dt { margin-top: .6rem; font-weight: 600 } dd { margin: 0 }
  .error { padding: .6rem .8rem; color: #7a0000; background: #fdecec; border-left: 4px solid #a80000 }
  .good { padding: .6rem .8rem; background: #e9f6ec; border-left: 4px solid #1a7f37 } .note { color: #50575f; font-size: .9rem }
  .actions { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: 1rem }`

/** The page around everything; without a visitor there is only the name. */
export function frame(title: string, visitor: Visitor | undefined, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - Entra admin center (practice)</title>
<style>${STYLE}</style>
</head>
<body>
<header><a href="/">Entra admin center (practice)</a>${visitor && who(visitor)}</header>
<main>
${body}
<p id="announcement" role="status" class="note"></p>
<p class="note">This is an emulator of Microsoft Entra ID (formerly Azure AD) for practice and tests. Nothing here reaches Microsoft.</p>
</main>
<script src="/admin-center.js"></script>
</body>
</html>
`.text
}

function who(visitor: Visitor): Html {
  return html`<a href="/app-registrations">App registrations</a>
<p>${visitor.user.displayName}, ${visitor.directory.displayName}</p>
${form(visitor, '/sign-out', html`<button>Sign out</button>`)}`
}

/** Every form that changes something. */
export function form({ session }: Visitor, action: string, fields: Html): Html {
  return html`<form method="post" action="${action}"><input type="hidden" name="formToken" value="${session.formToken}">${fields}</form>`
}

export function copyable(label: string, value: string, id?: string): Html {
  return html`<code${id !== undefined && html` id="${id}"`}>${value}</code> <button class="plain" type="button" hidden data-copy="${value}" data-label="${label}" aria-label="Copy ${label}">Copy</button>`
}

const PARTS = [
  ['Overview', ''],
  ['Authentication', '/authentication'],
  ['API permissions', '/api-permissions'],
  ['Certificates & secrets', '/certificates-secrets'],
  ['Federated credentials', '/federated-credentials'],
] as const

export type Part = (typeof PARTS)[number][0]

/** The frame of one registration, with its menu. */
export function applicationFrame(
  part: Part,
  visitor: Visitor & { application: Application; mayManage: boolean },
  body: Html,
): string {
  const { appId, displayName } = visitor.application
  const links = PARTS.map(
    ([name, path]) =>
      html`<li><a href="/app-registrations/${appId}${path}"${name === part && html` aria-current="page"`}>${name}</a></li>`,
  )
  const menu = html`<h1>${displayName}</h1>
<nav aria-label="Registration"><ul>${links}</ul></nav>
<h2>${part}</h2>
${!visitor.mayManage && html`<p class="note">You may look, but only its owners and application administrators may change this registration.</p>`}`
  return frame(`${displayName} | ${part}`, visitor, html`${menu}${body}`)
}
