// oauth4webapi, call by call, as a client of the FAPI 2.0 Security Profile of which the server wants a nonce in every proof:
// node oauth4webapi-fapi.mjs ISSUER, with the environment of openid-client-code.mjs.
import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { importJWK } from 'jose'
import { Person } from './person.mjs'
import { step } from './step.mjs'

const issuer = new URL(process.argv[2])
const { USER_NAME: username, PASSWORD: password } = process.env
const jwk = JSON.parse(process.env.KEY)
const redirectUri = 'https://rp.example/callback'
const self = { client_id: 'guarded', id_token_signed_response_alg: 'ES256' }
const insecure = { [oauth.allowInsecureRequests]: true }
const authenticate = oauth.PrivateKeyJwt({ key: await importJWK(jwk, 'ES256'), kid: jwk.kid })
const DPoP = oauth.DPoP(self, await oauth.generateKeyPair('ES256'))
const person = new Person(issuer)
let nonces = 0

const server = await step('discovers the server', async () => {
  const found = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
  assert.ok(found.dpop_signing_alg_values_supported.includes('ES256'))
  assert.equal(found.authorization_response_iss_parameter_supported, true)
  return found
})

// As the library's own examples do it: once more, with the nonce that came with the refusal.
async function proved(ask) {
  try {
    return await ask()
  } catch (refusal) {
    if (!oauth.isDPoPNonceError(refusal)) throw refusal
    nonces++
    return ask()
  }
}

const verifier = oauth.generateRandomCodeVerifier()
const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
const callback = await step('signs in by a pushed request', async () => {
  const parameters = { response_type: 'code', redirect_uri: redirectUri, scope: 'openid profile offline_access', state, nonce, code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }
  const { request_uri } = await proved(async () => oauth.processPushedAuthorizationResponse(server, self, await oauth.pushedAuthorizationRequest(server, self, authenticate, parameters, { DPoP, ...insecure })))
  assert.equal(nonces, 1, 'the server asks for a nonce')
  const address = new URL(server.authorization_endpoint)
  address.search = new URLSearchParams({ client_id: self.client_id, request_uri })
  // Opened before, by whatever looks at links: that uses nothing up.
  await new Person(issuer).open(address)
  return oauth.validateAuthResponse(server, self, await person.signIn(address, username, password), state)
})

const tokens = await step('redeems the code and checks both tokens', async () => {
  const response = await proved(async () => {
    const answer = await oauth.authorizationCodeGrantRequest(server, self, authenticate, callback, redirectUri, verifier, { DPoP, ...insecure })
    return { answer, got: await oauth.processAuthorizationCodeResponse(server, self, answer, { expectedNonce: nonce, requireIdToken: true }) }
  })
  await oauth.validateApplicationLevelSignature(server, response.answer, insecure)
  assert.equal(response.got.token_type, 'dpop')
  return response.got
})
const subject = oauth.getValidatedIdTokenClaims(tokens).sub

await step('asks for userinfo, which is a protected resource', async () => {
  const claims = await proved(async () => oauth.processUserInfoResponse(server, self, subject, await oauth.userInfoRequest(server, self, tokens.access_token, { DPoP, ...insecure })))
  assert.equal(claims.preferred_username, username)
  const response = await proved(() => oauth.protectedResourceRequest(tokens.access_token, 'GET', new URL(server.userinfo_endpoint), undefined, undefined, { DPoP, ...insecure }))
  assert.equal(response.status, 200)
})

await step('is no bearer', async () => {
  const asked = oauth.userInfoRequest(server, self, tokens.access_token, insecure).then((response) => oauth.processUserInfoResponse(server, self, subject, response))
  await assert.rejects(asked, (refusal) => refusal.status === 401)
})

await step('checks the binding as a resource server of another house does', async () => {
  const url = 'https://resource.example/thing'
  const asked = (headers) => new Request(url, { headers })
  const seen = await new Promise((resolve, reject) => {
    oauth.protectedResourceRequest(tokens.access_token, 'GET', new URL(url), undefined, undefined, { DPoP, [oauth.customFetch]: (_, { headers }) => { resolve(headers); return Promise.resolve(new Response('{}')) } }).catch(reject)
  })
  const claims = await oauth.validateJwtAccessToken(server, asked(seen), server.issuer, { requireDPoP: true, ...insecure })
  assert.equal(claims.cnf.jkt, await DPoP.calculateThumbprint())
})

await step('refreshes', async () => {
  const got = await proved(async () => oauth.processRefreshTokenResponse(server, self, await oauth.refreshTokenGrantRequest(server, self, authenticate, tokens.refresh_token, { DPoP, ...insecure })))
  assert.equal(got.refresh_token, tokens.refresh_token)
  assert.equal(got.token_type, 'dpop')
})

await step('signs out', async () => {
  await oauth.processRevocationResponse(await oauth.revocationRequest(server, self, authenticate, tokens.refresh_token, insecure))
  const asked = proved(async () => oauth.processRefreshTokenResponse(server, self, await oauth.refreshTokenGrantRequest(server, self, authenticate, tokens.refresh_token, { DPoP, ...insecure })))
  await assert.rejects(asked, (refusal) => refusal.error === 'invalid_grant')
})
