// openid-client as a client of the FAPI 2.0 Security Profile: private_key_jwt, a pushed request, DPoP at every step.
// node openid-client-fapi.mjs ISSUER, with the environment of openid-client-code.mjs.
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
  const found = await client.discovery(new URL(issuer), 'bank', { id_token_signed_response_alg: 'ES256', dpop_bound_access_tokens: true }, authentication, { execute: [client.allowInsecureRequests] })
  client.enableNonRepudiationChecks(found)
  return found
})
const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))

async function ask(options = { DPoP }, more = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expected = { pkceCodeVerifier, expectedState: client.randomState(), expectedNonce: client.randomNonce(), idTokenExpected: true }
  const address = await client.buildAuthorizationUrlWithPAR(config, {
    redirect_uri: redirectUri,
    scope: 'openid profile offline_access',
    state: expected.expectedState,
    nonce: expected.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more,
  }, options)
  return { address, expected }
}

const first = await step('signs in by a pushed request that is bound to a key', async () => {
  const { address, expected } = await ask()
  return { answer: await person.signIn(address, username, password), expected }
})

const refused = (code) => (refusal) => refusal.error === code
await step('is refused without the key, and with another one', async () => {
  const other = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
  await assert.rejects(client.authorizationCodeGrant(config, first.answer, first.expected, undefined, { DPoP: other }), refused('invalid_grant'))
  await assert.rejects(client.authorizationCodeGrant(config, first.answer, first.expected), refused('invalid_request'))
})

const tokens = await step('redeems the code', async () => {
  const got = await client.authorizationCodeGrant(config, first.answer, first.expected, undefined, { DPoP })
  assert.equal(got.token_type, 'dpop')
  return got
})
const subject = tokens.claims().sub

await step('asks for userinfo with its key, and gets nothing as a bearer', async () => {
  assert.equal((await client.fetchUserInfo(config, tokens.access_token, subject, { DPoP })).preferred_username, username)
  await assert.rejects(client.fetchUserInfo(config, tokens.access_token, subject), (refusal) => refusal.status === 401)
})

await step('refreshes, and keeps its refresh token', async () => {
  for (let time = 0; time < 2; time++) {
    const got = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP })
    assert.equal(got.token_type, 'dpop')
    assert.equal(got.refresh_token, tokens.refresh_token)
    assert.equal((await client.fetchUserInfo(config, got.access_token, subject, { DPoP })).sub, subject)
  }
})

await step('binds a code by its thumbprint too', async () => {
  const { address, expected } = await ask({}, { dpop_jkt: await DPoP.calculateThumbprint(), prompt: 'none' })
  const { left } = await person.open(address)
  assert.equal((await client.authorizationCodeGrant(config, left, expected, undefined, { DPoP })).token_type, 'dpop')
})

await step('is refused when it does not push', async () => {
  const address = client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid', state: 'direct' })
  assert.equal((await person.open(address)).left.searchParams.get('error'), 'invalid_request')
})

await step('signs out', async () => {
  await client.tokenRevocation(config, tokens.refresh_token)
  await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP }), refused('invalid_grant'))
})
