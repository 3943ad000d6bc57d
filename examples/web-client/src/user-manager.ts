import { UserManager, WebStorageStateStore } from 'oidc-client-ts'

/** Everything the gateway needs to be told: its address on this very host, and who we are in its catalogue of apps. */
export const userManager = new UserManager({
  authority: `${location.origin}/auth`,
  client_id: 'web-client',
  redirect_uri: `${location.origin}/callback.html`,
  popup_redirect_uri: `${location.origin}/popup-callback.html`,
  post_logout_redirect_uri: `${location.origin}/`,
  scope: 'openid profile email offline_access',
  userStore: new WebStorageStateStore({ store: sessionStorage }),
  // Microsoft's page severs the opener (Cross-Origin-Opener-Policy): a severed window looks closed, so "closed" must not abort.
  // The answer comes back over a BroadcastChannel.
  popupWindowFeatures: { closePopupWindowAfterInSeconds: 180 },
})
