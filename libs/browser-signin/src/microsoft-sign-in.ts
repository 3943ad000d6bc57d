import type { SignedIn } from './attempt.ts'
import { makeMicrosoftLogo } from './microsoft-logo.ts'
import { finishSignIn, type SignInOptions, signIn } from './sign-in.ts'
import { type SignInError, toSignInError } from './sign-in-error.ts'
import { fetchSignInOptions } from './sign-in-options.ts'
import { textsFor } from './texts.ts'

/** Sizes, colours and typeface of Microsoft's branding guidelines for identity developers. */
const STYLE = `
:host{display:inline-block;position:relative}
:host([hidden]),:host([unavailable]) button,p:empty{display:none}
button{display:inline-flex;align-items:center;gap:12px;min-height:41px;padding:0 12px;border:1px solid #8c8c8c;border-radius:0;background:#fff;color:#5e5e5e;font:600 15px/1.2 "Segoe UI",system-ui,sans-serif;cursor:pointer}
button:hover{background:#f3f3f3}
button:focus-visible{outline:3px solid #0067b8;outline-offset:2px}
svg{flex:none}
[role=status]{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
a{color:inherit}
p{margin:8px 0 0;font:14px/1.4 "Segoe UI",system-ui,sans-serif}
:host([theme=dark]) button{border-color:#2f2f2f;background:#2f2f2f;color:#fff}
:host([theme=dark]) button:hover{background:#3d3d3d}
:host([theme=dark]) button:focus-visible{outline-color:#6db9e8}
@media (prefers-color-scheme:dark){
:host(:not([theme])) button{border-color:#8c8c8c;background:#2f2f2f;color:#fff}
:host(:not([theme])) button:hover{background:#3d3d3d}
:host(:not([theme])) button:focus-visible{outline-color:#6db9e8}
}`

/** Longer than the last step of a sign-in, after which the pop-up closes by itself. */
const HINT_MS = 2_000

/** Allows a server that renders the page to import this: it has no HTMLElement. */
const Element = (globalThis.HTMLElement ?? Object) as typeof HTMLElement

/**
 * `<microsoft-sign-in client-id="...">`: the button and the sign-in after its click. Attributes are the options of
 * `signIn`: `client-id`, `authority`, `redirect-uri`, `scope`, `mode`, `return-to`, `login-hint`, `prompt`,
 * `ui-locales` (default: the page's language); and `theme` (`light` or `dark`; default: the system's). Fires `signedin`
 * (`detail`: `SignedIn`), also for a sign-in that returned by redirect, and `signinerror` (`detail`: `SignInError`).
 * On a host without sign-in with Microsoft it has the attribute `unavailable`, and a hint in place of the button.
 */
export class MicrosoftSignIn extends Element {
  #problem: HTMLElement | undefined
  #progress: HTMLElement | undefined
  #connected = new AbortController()

  connectedCallback(): void {
    this.#connected = new AbortController()
    if (!this.shadowRoot) this.#render()
    void this.#report(finishSignIn({ clientId: this.#clientId() }))
    void this.#showAvailability()
  }

  disconnectedCallback(): void {
    this.#connected.abort()
  }

  #render(): void {
    const root = this.attachShadow({ mode: 'open', delegatesFocus: true })
    const style = new CSSStyleSheet() // a Content-Security-Policy may refuse a style element, but not this
    style.replaceSync(STYLE)
    root.adoptedStyleSheets = [style]
    const button = document.createElement('button')
    button.type = 'button'
    button.part.add('button')
    button.append(makeMicrosoftLogo(), this.#texts().button)
    button.addEventListener('click', () => void this.#begin())
    this.#problem = document.createElement('p')
    this.#problem.setAttribute('role', 'alert')
    this.#problem.part.add('problem')
    this.#progress = document.createElement('span')
    this.#progress.setAttribute('role', 'status')
    root.append(button, this.#progress, this.#problem)
  }

  /** The button is there at once and goes when it is of no use: most tenants are connected. */
  async #showAvailability(): Promise<void> {
    const { microsoft } = await fetchSignInOptions(this.#options())
    this.toggleAttribute('unavailable', !microsoft)
    if (!microsoft) this.#showProblem(this.#texts().unavailable)
  }

  async #begin(): Promise<void> {
    const result = this.#report(signIn(this.#options()))
    if (this.#progress) this.#progress.textContent = this.#texts().inProgress
    const over = new AbortController()
    const signal = AbortSignal.any([over.signal, this.#connected.signal])
    // A closed pop-up cannot be detected, but a person who comes back may have closed it.
    const hint = () => signal.aborted || this.#showProblem(this.#texts().windowClosed)
    addEventListener('focus', () => setTimeout(hint, HINT_MS), { signal })
    if ((await result) !== 'replaced' && this.#progress) this.#progress.textContent = ''
    over.abort()
  }

  async #report(result: Promise<SignedIn | undefined>): Promise<SignInError['code'] | undefined> {
    this.#showProblem('')
    try {
      const user = await result
      this.#showProblem('')
      if (user) this.#fire('signedin', user)
      return undefined
    } catch (cause) {
      const error = toSignInError(cause)
      if (error.code === 'replaced' || error.code === 'aborted') return error.code // a newer click or the page ended it
      this.#showProblem(this.#texts().problems[error.code] ?? '')
      if (error.code === 'foreign-frame') this.#offerTab()
      this.#fire('signinerror', error)
      return error.code
    }
  }

  #fire(type: 'signedin' | 'signinerror', detail: SignedIn | SignInError): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }))
  }

  #showProblem(text: string): void {
    if (this.#problem) this.#problem.textContent = text
  }

  #offerTab(): void {
    const link = document.createElement('a')
    link.href = location.href
    link.target = '_blank'
    link.part.add('link')
    link.textContent = this.#texts().openInTab
    this.#problem?.append(' ', link)
  }

  #language(): string {
    return this.closest<HTMLElement>('[lang]')?.lang || navigator.language
  }

  #texts() {
    return textsFor(this.#language())
  }

  #clientId(): string {
    return this.getAttribute('client-id') ?? ''
  }

  #options(): SignInOptions {
    const given = (name: string) => this.getAttribute(name) || undefined
    const options = {
      clientId: this.#clientId(),
      authority: given('authority'),
      redirectUri: given('redirect-uri'),
      scope: given('scope'),
      mode: given('mode'),
      returnTo: given('return-to'),
      loginHint: given('login-hint'),
      prompt: given('prompt'),
      uiLocales: given('ui-locales') ?? this.#language(),
      signal: this.#connected.signal,
    }
    return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as SignInOptions
  }
}

if (globalThis.customElements && !customElements.get('microsoft-sign-in'))
  customElements.define('microsoft-sign-in', MicrosoftSignIn)
