import { type Html, html } from '@jackfield/http-server/html'

/** The frame of every page people see; no scripts, so that it works wherever a browser does. */
export function layout(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - Microsoft 365 emulator</title>
<style>
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #eef1f4; color: #1b1f23; font: 16px/1.5 system-ui, sans-serif }
  main { box-sizing: border-box; width: min(28rem, 100vw); padding: 2rem; background: #fff; border-radius: .5rem; box-shadow: 0 1px 6px #0003 }
  h1 { margin: 0 0 1rem; font-size: 1.4rem }
  label { display: block; margin: .75rem 0 .25rem }
  input { box-sizing: border-box; width: 100%; padding: .5rem; font: inherit; border: 1px solid #667; border-radius: .25rem }
  .choice { display: flex; gap: .5rem; align-items: baseline } .choice input { width: auto } .choice label { margin: 0 }
  button { padding: .5rem 1rem; font: inherit; border: 1px solid #0b5cad; border-radius: .25rem; background: #0b5cad; color: #fff; cursor: pointer }
  button.plain { background: #fff; color: #0b5cad }
  button.account { width: 100%; margin-bottom: .5rem; text-align: left }
  .actions { display: flex; gap: .5rem; justify-content: flex-end; margin-top: 1.25rem }
  .error { color: #a80000 } .note { color: #555; font-size: .875rem } dt { font-weight: 600 } dd { margin: 0 0 .5rem; overflow-wrap: anywhere }
</style>
</head>
<body>
<main>
${body}
<p class="note">This is an emulator of Microsoft Entra ID for development. Never type a real password here.</p>
</main>
</body>
</html>
`.text
}
