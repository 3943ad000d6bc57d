import './microsoft-sign-in.js'

const button = document.querySelector('microsoft-sign-in')
button.addEventListener('signedin', ({ detail }) => {
  button.hidden = true
  document.querySelector('#who').textContent = `Signed in as ${detail.claims.name}`
})
