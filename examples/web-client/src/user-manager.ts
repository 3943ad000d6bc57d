import { UserManager } from 'oidc-client-ts'

const here = location.origin

/** The settings that gateway and app must agree on: the provider on this host, and the app's entry in the catalogue. */
export const userManager = new UserManager({
  authority: `${here}/auth`,
  client_id: 'web-client',
  redirect_uri: `${here}/callback.html`,
  popup_redirect_uri: `${here}/popup-callback.html`,
  post_logout_redirect_uri: `${here}/`,
  scope: 'openid profile email phone_system offline_access',
})
