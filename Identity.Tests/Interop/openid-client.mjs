// A stranger's client against a running server: node openid-client.mjs ISSUER
// The environment names an account (USER_NAME, PASSWORD) and the secret (SECRET) of the clients "web" and "watcher".
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import * as client from 'openid-client'
import * as oauth from 'oauth4webapi'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { step } from './step.mjs'

const issuer = process.argv[2]
const { USER_NAME: username, PASSWORD: password, SECRET: secret } = process.env

async function discover(clientId, authentication = client.ClientSecretBasic(secret)) {
  // Plain http is for this loopback test alone, and the library makes one say so.
  const config = await client.discovery(new URL(issuer), clientId, undefined, authentication, { execute: [client.allowInsecureRequests] })
  // Without this the library trusts the transport and does not look at the id_token's signature.
  client.enableNonRepudiationChecks(config)
  return config
}

const web = await step('discovers the server', () => discover('web'))
const metadata = web.serverMetadata()
const keys = createRemoteJWKSet(new URL(metadata.jwks_uri))

// OpenID Connect Core §3.1.3.6: the left half of the hash of the access token, by the hash of the id_token's algorithm.
function checkAccessTokenHash(tokens) {
  const expected = createHash('sha256').update(tokens.access_token, 'ascii').digest().subarray(0, 16).toString('base64url')
  assert.equal(tokens.claims().at_hash, expected)
}

async function checkAccessToken(token, subject, clientId) {
  const { payload, protectedHeader } = await jwtVerify(token, keys, { issuer, audience: issuer, typ: 'at+jwt', requiredClaims: ['sub', 'client_id', 'iat', 'exp', 'jti'] })
  assert.equal(protectedHeader.alg, 'ES256')
  assert.equal(payload.sub, subject)
  assert.equal(payload.client_id, clientId)
  // RFC 9068 as a resource server of another house checks it.
  const request = new Request('http://resource.example/', { headers: { authorization: `Bearer ${token}` } })
  await oauth.validateJwtAccessToken(metadata, request, issuer, { [oauth.allowInsecureRequests]: true })
}

const signedIn = await step('signs in by password', async () => {
  const tokens = await client.genericGrantRequest(web, 'password', { username, password, scope: 'openid profile email offline_access' })
  assert.equal(tokens.claims().iss, issuer)
  assert.deepEqual([tokens.claims().aud].flat(), ['web'])
  checkAccessTokenHash(tokens)
  await checkAccessToken(tokens.access_token, tokens.claims().sub, 'web')
  return tokens
})
const subject = signedIn.claims().sub

await step('asks for userinfo', async () => {
  const claims = await client.fetchUserInfo(web, signedIn.access_token, subject)
  assert.equal(claims.preferred_username, username)
})

const refreshed = await step('refreshes', async () => {
  const tokens = await client.refreshTokenGrant(web, signedIn.refresh_token)
  assert.equal(tokens.claims().sub, subject)
  assert.notEqual(tokens.refresh_token, signedIn.refresh_token)
  checkAccessTokenHash(tokens)
  return tokens
})

await step('acts for itself', async () => {
  const tokens = await client.clientCredentialsGrant(web, { scope: 'api' })
  assert.equal(tokens.id_token, undefined)
  assert.equal(tokens.refresh_token, undefined)
  await checkAccessToken(tokens.access_token, 'web', 'web')
})

await step('authenticates in the body too', async () => {
  const post = await discover('post', client.ClientSecretPost(secret))
  await client.genericGrantRequest(post, 'password', { username, password, scope: 'openid' })
})

await step('signs in as a public client', async () => {
  const app = await discover('app', client.None())
  const tokens = await client.genericGrantRequest(app, 'password', { username, password, scope: 'openid' })
  assert.equal((await client.refreshTokenGrant(app, tokens.refresh_token)).claims().sub, subject)
})

const watcher = await discover('watcher')
await step('introspects', async () => {
  const answer = await client.tokenIntrospection(watcher, refreshed.access_token)
  assert.equal(answer.active, true)
  assert.equal(answer.sub, subject)
  assert.equal(answer.client_id, 'web')
  assert.equal((await client.tokenIntrospection(watcher, refreshed.refresh_token)).active, true)
})

await step('revokes', async () => {
  await client.tokenRevocation(web, refreshed.refresh_token)
  assert.equal((await client.tokenIntrospection(watcher, refreshed.refresh_token)).active, false)
  await assert.rejects(client.refreshTokenGrant(web, refreshed.refresh_token), (refusal) => refusal.error === 'invalid_grant' && refusal.status === 400)
  await assert.rejects(client.fetchUserInfo(web, refreshed.access_token, subject), (refusal) => refusal.status === 401)
})

await step('is refused in words that the library understands', async () => {
  await assert.rejects(client.genericGrantRequest(web, 'password', { username, password: 'wrong' }), (refusal) => refusal.error === 'invalid_grant')
  await assert.rejects(client.clientCredentialsGrant(await discover('web', client.ClientSecretBasic('wrong'))), (refusal) => refusal.cause?.[0]?.parameters?.realm !== undefined || refusal.error === 'invalid_client')
})
