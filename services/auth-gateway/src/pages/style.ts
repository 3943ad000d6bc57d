import { createHash } from 'node:crypto'
import { type AccentColours, accentColours, type Scheme, SURFACES } from '@jackfield/branding/accent-colours'

const PLAIN: Readonly<Record<Scheme, AccentColours>> = {
  light: { fill: '#0b5c8f', onFill: '#ffffff', ink: '#0b5c8f' },
  dark: { fill: '#6db9e8', onFill: '#08202f', ink: '#6db9e8' },
}

const surface = (scheme: Scheme) =>
  Object.entries(SURFACES[scheme])
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';')
const accent = ({ fill, onFill, ink }: AccentColours) => `--fill:${fill};--on-fill:${onFill};--accent:${ink}`
const DARK = '@media (prefers-color-scheme:dark)'

/** The style sheet of all pages. */
export const STYLE = `
:root{color-scheme:light dark;${surface('light')};${accent(PLAIN.light)};--alert:#b3263d}
${DARK}{:root{${surface('dark')};${accent(PLAIN.dark)};--alert:#f0708a}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;min-height:100dvh;display:grid;place-items:center;padding:1.5rem;background:var(--ground);color:var(--ink);font:1rem/1.55 system-ui,sans-serif;overflow-wrap:break-word}
main{width:100%;max-width:28rem;min-width:0;background:var(--card);border:1px solid var(--line);border-radius:.9rem;padding:2rem;box-shadow:0 1px 2px #0001,0 12px 32px #0001}
.tenant{display:flex;flex-direction:column;align-items:flex-start;gap:.6rem;margin:0 0 1.2rem;color:var(--quiet);font-size:.9rem}
.logo{display:block;max-width:100%;max-height:3.5rem}
h1{margin:0 0 .6rem;font-size:1.35rem;line-height:1.25;hyphens:auto}
p{margin:.6rem 0}
.quiet{color:var(--quiet);font-size:.875rem;overflow-wrap:anywhere}
.actions{display:flex;flex-wrap:wrap;gap:.7rem;margin-top:1.4rem}
.actions form{margin:0}
.apps{margin:1.2rem 0}
.actions+.quiet{margin-top:1.2rem}
button,a.button{display:inline-block;min-height:2.75rem;font:inherit;font-weight:600;padding:.55rem 1.1rem;border-radius:.5rem;border:1px solid var(--accent);background:var(--fill);color:var(--on-fill);text-align:center;text-decoration:none;cursor:pointer}
button.plain,a.plain{background:transparent;color:var(--accent)}
button:hover,a.button:hover{text-decoration:underline;text-underline-offset:.2em}
a.choice{display:block;margin:.5rem 0;text-align:start}
label{display:block;font-weight:600}
input:not([type=hidden]){width:100%;font:inherit;font-size:1.25rem;letter-spacing:.12em;text-transform:uppercase;padding:.6rem .8rem;border:1px solid var(--quiet);border-radius:.5rem;background:transparent;color:inherit}
input[type=email]:not([type=hidden]){font-size:1rem;letter-spacing:normal;text-transform:none}
button.choice{display:block;width:100%;margin:.5rem 0;text-align:start}
input[aria-invalid=true]{border-color:var(--alert)}
[role=alert]{border-inline-start:4px solid var(--alert);padding-inline-start:.8rem}
.late{animation:late 1ms 4s both}
@keyframes late{from{visibility:hidden;max-height:0;overflow:hidden}}
ul.sessions{list-style:none;margin:1.2rem 0;padding:0}
ul.sessions li{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:.6rem 1rem;padding:.8rem 0;border-top:1px solid var(--line)}
ul.sessions p{margin:.2rem 0 0}
ul.sessions a,ul.sessions button{white-space:nowrap}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
${DARK}{.logo{padding:.5rem .7rem;border-radius:.4rem;background:#fff}}
@media (max-width:30rem){body{padding:.75rem}main{padding:1.25rem}}
@media (forced-colors:active){main{box-shadow:none}button,a.button{border-color:currentColor}:focus-visible{outline-color:Highlight}}
`

/** Styles of a tenant's accent colour; its values are validated here, whatever was stored. */
export function accentStyle(colour: string | null): string | undefined {
  if (colour === null || !/^#[0-9a-f]{6}$/.test(colour)) return undefined
  return `:root{${accent(accentColours(colour, 'light'))}}${DARK}{:root{${accent(accentColours(colour, 'dark'))}}}`
}

/** CSP source that allows exactly this text as a style or script element. */
export function sourceOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

export const STYLE_SOURCE = sourceOf(STYLE)
