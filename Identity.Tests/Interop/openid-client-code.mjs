// openid-client walks the code flow as a client that pushes its requests and signs its assertions: node openid-client-code.mjs ISSUER
// The environment names an account (USER_NAME, PASSWORD) and the private key of the client "signed" (KEY, a JWK).
import assert from 'node:assert/strict'
import * as client from 'openid-client'
import { importJWK } from 'jose'
import { Person } from './person.mjs'
import { step } from './step.mjs'

const issuer = process.argv[2]
const { USER_NAME: username, PASSWORD: password } = process.env
const jwk = JSON.parse(process.env.KEY)
const redirectUri = 'https://rp.example/callback'
const person = new Person(issuer)

const config = await step('discovers the server', async () => {
  const authentication = client.PrivateKeyJwt({ key: await importJWK(jwk, 'ES256'), kid: jwk.kid })
  const found = await client.discovery(new URL(issuer), 'signed', undefined, authentication, { execute: [client.allowInsecureRequests] })
  client.enableNonRepudiationChecks(found)
  assert.equal(found.serverMetadata().supportsPKCE(), true)
  return found
})

// A request of its own: what it must be answered with, and where the browser goes.
async function ask(parameters = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expected = { pkceCodeVerifier, expectedState: client.randomState(), expectedNonce: client.randomNonce(), idTokenExpected: true, maxAge: 600 }
  const address = await client.buildAuthorizationUrlWithPAR(config, {
    redirect_uri: redirectUri,
    scope: 'openid profile email offline_access',
    state: expected.expectedState,
    nonce: expected.expectedNonce,
    max_age: '600',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  })
  assert.deepEqual([...address.searchParams.keys()].sort(), ['client_id', 'request_uri'])
  return { address, expected }
}

const first = await step('signs in by a pushed request', async () => {
  const { address, expected } = await ask()
  const answer = await person.signInAndAgree(address, username, password)
  assert.equal(answer.searchParams.get('iss'), issuer)
  return { answer, expected }
})

await step('refuses an answer of another issuer, or one without', async () => {
  const forged = new URL(first.answer)
  forged.searchParams.set('iss', 'https://evil.example')
  await assert.rejects(client.authorizationCodeGrant(config, forged, first.expected), { code: 'OAUTH_INVALID_RESPONSE' })
  forged.searchParams.delete('iss')
  await assert.rejects(client.authorizationCodeGrant(config, forged, first.expected), { code: 'OAUTH_INVALID_RESPONSE' })
})

const tokens = await step('redeems the code', async () => {
  const got = await client.authorizationCodeGrant(config, first.answer, first.expected)
  assert.equal(typeof got.claims().auth_time, 'number')
  assert.equal(typeof got.claims().sid, 'string')
  assert.ok(got.refresh_token)
  return got
})
const subject = tokens.claims().sub

await step('asks for userinfo', async () => {
  const claims = await client.fetchUserInfo(config, tokens.access_token, subject)
  assert.equal(claims.preferred_username, username)
  assert.equal(claims.email_verified, true)
})

const second = await step('signs in again without a question', async () => {
  const { address, expected } = await ask({ prompt: 'none' })
  const { left } = await person.open(address)
  const got = await client.authorizationCodeGrant(config, left, expected)
  assert.equal(got.claims().sub, subject)
  assert.equal(got.claims().sid, tokens.claims().sid)
  return got
})

await step('refreshes twice, and an old refresh token ends them all', async () => {
  const one = await client.refreshTokenGrant(config, tokens.refresh_token)
  const two = await client.refreshTokenGrant(config, one.refresh_token)
  assert.equal(new Set([tokens, one, two].map((each) => each.refresh_token)).size, 3)
  assert.equal(two.claims().sub, subject)
  for (const ended of [tokens, two]) {
    await assert.rejects(client.refreshTokenGrant(config, ended.refresh_token), (refusal) => refusal.error === 'invalid_grant')
  }
})

await step('revokes', async () => {
  await client.tokenRevocation(config, second.refresh_token)
  await assert.rejects(client.refreshTokenGrant(config, second.refresh_token), (refusal) => refusal.error === 'invalid_grant')
  await assert.rejects(client.fetchUserInfo(config, second.access_token, subject), (refusal) => refusal.status === 401)
})

await step('is told when the person declines', async () => {
  const { address, expected } = await ask({ prompt: 'consent' })
  const { left } = await person.press(await person.open(address), 'Do not allow')
  await assert.rejects(client.authorizationCodeGrant(config, left, expected), (refusal) => refusal.error === 'access_denied')
})

await step('signs out', async () => {
  const { left } = await person.open(client.buildEndSessionUrl(config, { id_token_hint: second.id_token, post_logout_redirect_uri: 'https://rp.example/bye', state: 'gone' }))
  assert.equal(left.href, 'https://rp.example/bye?state=gone')
  const { address, expected } = await ask({ prompt: 'none' })
  const answer = await person.open(address)
  await assert.rejects(client.authorizationCodeGrant(config, answer.left, expected), (refusal) => refusal.error === 'login_required')
})
