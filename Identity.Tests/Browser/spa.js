// A single page application on oidc-client-ts. #state tells what it is doing or how it ended; window.user is who is signed in.
const show = (state) => { document.getElementById('state').textContent = state }
const attempt = (act) => act().catch((failure) => show(`failed: ${failure.error ?? failure.message}`))

attempt(async () => {
  const { authority, client_id } = await (await fetch('/settings')).json()
  const at = (path) => location.origin + path
  window.manager = new oidc.UserManager({
    authority,
    client_id,
    redirect_uri: at('/callback'),
    silent_redirect_uri: at('/silent'),
    post_logout_redirect_uri: at('/bye'),
    scope: sessionStorage.getItem('scope') ?? 'openid profile',
    loadUserInfo: true,
    automaticSilentRenew: false,
    // Long enough for a slow machine, short enough for a test.
    silentRequestTimeoutInSeconds: 15,
  })
  const signedIn = (user, how) => {
    window.user = user
    show(`${how} ${user.profile.sub}`)
  }

  document.getElementById('sign-in').onclick = () => attempt(() => manager.signinRedirect({ state: 'where I was' }))
  document.getElementById('sign-out').onclick = () => attempt(() => manager.signoutRedirect())
  document.getElementById('renew').onclick = () => {
    show('renewing')
    attempt(async () => signedIn(await manager.signinSilent(), 'renewed'))
  }

  switch (location.pathname) {
    case '/callback':
      return signedIn(await manager.signinRedirectCallback(), 'signed in')
    case '/silent':
      return manager.signinSilentCallback()
    case '/bye':
      await manager.signoutRedirectCallback()
      return show('signed out')
    default:
      return show('ready')
  }
})
