// oauth4webapi, call by call and with every check that it has, as a client that pushes its requests and signs its assertions:
// node oauth4webapi.mjs ISSUER, with the environment of openid-client-code.mjs.
import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { importJWK } from 'jose'
import { Person } from './person.mjs'
import { step } from './step.mjs'

const issuer = new URL(process.argv[2])
const { USER_NAME: username, PASSWORD: password } = process.env
const jwk = JSON.parse(process.env.KEY)
const redirectUri = 'https://rp.example/callback'
const self = { client_id: 'signed', require_auth_time: true, id_token_signed_response_alg: 'RS256' }
const insecure = { [oauth.allowInsecureRequests]: true }
const key = await importJWK(jwk, 'ES256')
const authenticate = oauth.PrivateKeyJwt({ key, kid: jwk.kid })
const person = new Person(issuer)

const server = await step('discovers by both rules', async () => {
  const oidc = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...insecure }))
  const oauth2 = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }))
  assert.deepEqual(oidc, oauth2)
  assert.ok(oidc.token_endpoint_auth_signing_alg_values_supported.includes('ES256'))
  return oidc
})

async function push(parameters, authentication = authenticate) {
  const response = await oauth.pushedAuthorizationRequest(server, self, authentication, { response_type: 'code', redirect_uri: redirectUri, ...parameters }, insecure)
  const { request_uri } = await oauth.processPushedAuthorizationResponse(server, self, response)
  const address = new URL(server.authorization_endpoint)
  address.search = new URLSearchParams({ client_id: self.client_id, request_uri })
  return address
}

async function request() {
  const verifier = oauth.generateRandomCodeVerifier()
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
  const parameters = { scope: 'openid profile offline_access', state, nonce, max_age: '300', code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }
  return { verifier, state, nonce, parameters }
}

const flow = await request()
const answer = await step('signs in by a pushed request that is good once', async () => {
  const address = await push(flow.parameters)
  const came = await person.signInAndAgree(address, username, password)
  const again = await person.open(address)
  assert.equal(again.left, undefined)
  assert.equal(again.status, 400)
  return came
})

const callback = await step('checks state and issuer of the answer', () => {
  assert.throws(() => oauth.validateAuthResponse(server, self, answer, 'another state'), { code: 'OAUTH_INVALID_RESPONSE' })
  assert.throws(() => oauth.validateAuthResponse({ ...server, issuer: 'https://evil.example' }, self, answer, flow.state), { code: 'OAUTH_INVALID_RESPONSE' })
  return oauth.validateAuthResponse(server, self, answer, flow.state)
})

async function check(response, tokens) {
  await oauth.validateApplicationLevelSignature(server, response, insecure)
  const asked = new Request('http://resource.example/', { headers: { authorization: `Bearer ${tokens.access_token}` } })
  const claims = await oauth.validateJwtAccessToken(server, asked, server.issuer, insecure)
  assert.equal(claims.client_id, self.client_id)
}

const tokens = await step('redeems the code and checks both tokens', async () => {
  const response = await oauth.authorizationCodeGrantRequest(server, self, authenticate, callback, redirectUri, flow.verifier, insecure)
  const got = await oauth.processAuthorizationCodeResponse(server, self, response, { expectedNonce: flow.nonce, maxAge: 300, requireIdToken: true })
  await check(response, got)
  return got
})
const subject = oauth.getValidatedIdTokenClaims(tokens).sub

await step('is refused a verifier that is not its own, and a code twice', async () => {
  const other = await request()
  const back = oauth.validateAuthResponse(server, self, (await person.open(await push({ ...other.parameters, prompt: 'none' }))).left, other.state)
  const redeem = async (verifier) =>
    oauth.processAuthorizationCodeResponse(server, self, await oauth.authorizationCodeGrantRequest(server, self, authenticate, back, redirectUri, verifier, insecure), { expectedNonce: other.nonce })
  const refused = (refusal) => refusal.error === 'invalid_grant' && refusal.status === 400
  await assert.rejects(redeem(oauth.generateRandomCodeVerifier()), refused)
  await redeem(other.verifier)
  await assert.rejects(redeem(other.verifier), refused)
})

await step('asks for userinfo', async () => {
  const claims = await oauth.processUserInfoResponse(server, self, subject, await oauth.userInfoRequest(server, self, tokens.access_token, insecure))
  assert.equal(claims.preferred_username, username)
  assert.equal(claims.email, undefined)
})

const refreshed = await step('refreshes', async () => {
  const response = await oauth.refreshTokenGrantRequest(server, self, authenticate, tokens.refresh_token, insecure)
  const got = await oauth.processRefreshTokenResponse(server, self, response)
  await check(response, got)
  assert.equal(oauth.getValidatedIdTokenClaims(got).sub, subject)
  assert.notEqual(got.refresh_token, tokens.refresh_token)
  return got
})

await step('revokes the access token alone', async () => {
  await oauth.processRevocationResponse(await oauth.revocationRequest(server, self, authenticate, refreshed.access_token, { additionalParameters: { token_type_hint: 'access_token' }, ...insecure }))
  const asked = oauth.userInfoRequest(server, self, refreshed.access_token, insecure).then((response) => oauth.processUserInfoResponse(server, self, subject, response))
  await assert.rejects(asked, (refusal) => refusal.status === 401 && refusal.cause[0].parameters.error === 'invalid_token')
})

await step('is refused with a key that is not its own', async () => {
  const { privateKey } = await oauth.generateKeyPair('ES256')
  await assert.rejects(push(flow.parameters, oauth.PrivateKeyJwt({ key: privateKey, kid: jwk.kid })), (refusal) => refusal.error === 'invalid_client' && refusal.status === 401)
})

await step('signs out', async () => {
  const address = new URL(server.end_session_endpoint)
  address.search = new URLSearchParams({ id_token_hint: tokens.id_token, client_id: self.client_id, post_logout_redirect_uri: 'https://rp.example/bye', state: 'gone' })
  assert.equal((await person.open(address)).left.href, 'https://rp.example/bye?state=gone')
  const none = await request()
  const { left } = await person.open(await push({ ...none.parameters, prompt: 'none' }))
  assert.throws(() => oauth.validateAuthResponse(server, self, left, none.state), (refusal) => refusal.error === 'login_required')
})
