// The redirect URI of a sign-in, in a pop-up or by redirect, on the app's origin. It passes the answer on and redeems
// nothing. Microsoft's Cross-Origin-Opener-Policy cuts off window.opener and the opener's view of this window; so it
// uses a BroadcastChannel, which only documents of this origin can join, named by the unguessable `state` of the
// request.
const PREFIX = 'jackfield-sign-in:'
const answer = location.search
const name = PREFIX + new URLSearchParams(answer).get('state')
history.replaceState(null, '', location.pathname) // removes the code from the address

const pending = sessionStorage.getItem(name)
if (pending === null) passAnswerOn()
else returnToApp(JSON.parse(pending))

/** For a redirect, where this window started the sign-in: the app's page redeems the stored answer. */
function returnToApp(attempt) {
  sessionStorage.setItem(name, JSON.stringify({ ...attempt, answer }))
  const target = new URL(attempt.returnTo, location.origin)
  location.replace(target.origin === location.origin ? target.href : '/')
}

function passAnswerOn() {
  const channel = new BroadcastChannel(name)
  const timeout = setTimeout(() => show('nobody'), 5000)
  channel.onmessage = ({ data }) => {
    if (data !== 'received') return
    clearTimeout(timeout)
    show('done')
    window.close()
  }
  channel.postMessage({ answer })
}

function show(state) {
  for (const each of document.querySelectorAll('[data-state]')) each.hidden = each.dataset.state !== state
}
