// Where a sign-in comes back to, in a pop-up or by redirect, on the app's own origin. It only hands the answer on; it
// redeems nothing. Neither window.opener nor the opener's view of this window survives Microsoft's
// Cross-Origin-Opener-Policy: hence a BroadcastChannel, which only documents of this very origin can join, named by the
// unguessable `state` of the request.
const PREFIX = 'jackfield-sign-in:'
const answer = location.search
const name = PREFIX + new URLSearchParams(answer).get('state')
history.replaceState(null, '', location.pathname) // the code leaves the address

const waiting = sessionStorage.getItem(name)
if (waiting === null) answerOpener()
else returnToApp(JSON.parse(waiting))

/** By redirect: this very window began the sign-in. The app's page redeems what is left for it. */
function returnToApp(attempt) {
  sessionStorage.setItem(name, JSON.stringify({ ...attempt, answer }))
  const target = new URL(attempt.returnTo, location.origin)
  location.replace(target.origin === location.origin ? target.href : '/')
}

function answerOpener() {
  const channel = new BroadcastChannel(name)
  const nobody = setTimeout(() => show('nobody'), 5000)
  channel.onmessage = ({ data }) => {
    if (data !== 'received') return
    clearTimeout(nobody)
    show('done')
    window.close()
  }
  channel.postMessage({ answer })
}

function show(state) {
  for (const each of document.querySelectorAll('[data-state]')) each.hidden = each.dataset.state !== state
}
