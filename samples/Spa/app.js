// A public client: it has no secret, and PKCE proves that whoever redeems the code is who asked for it.
const show = (text) => { document.getElementById('who').textContent = text }
const attempt = (act) => act().catch((failure) => show(`failed: ${failure.error ?? failure.message}`))

const manager = new oidc.UserManager({
  authority: document.documentElement.dataset.authority,
  client_id: 'sample-spa',
  redirect_uri: `${location.origin}/`,
  post_logout_redirect_uri: `${location.origin}/`,
  scope: 'openid profile offline_access',
  loadUserInfo: true,
  // Tokens stay in this tab, and are gone with it.
  userStore: new oidc.WebStorageStateStore({ store: sessionStorage }),
})
const signedIn = (user) => show(user ? `${user.profile.nickname ?? user.profile.preferred_username} (${user.profile.sub})` : 'nobody')

document.getElementById('sign-in').onclick = () => attempt(() => manager.signinRedirect())
document.getElementById('renew').onclick = () => attempt(async () => signedIn(await manager.signinSilent()))
document.getElementById('sign-out').onclick = () => attempt(() => manager.signoutRedirect())

attempt(async () => {
  const answer = new URLSearchParams(location.search)
  if (answer.has('code') || answer.has('error')) {
    // Takes the code out of the address, so that it is not in the history.
    const user = await manager.signinRedirectCallback().finally(() => history.replaceState(null, '', '/'))
    return signedIn(user)
  }

  signedIn(await manager.getUser())
})
