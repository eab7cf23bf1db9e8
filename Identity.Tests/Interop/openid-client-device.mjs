// openid-client as a device without a keyboard, with a key of its own: node openid-client-device.mjs ISSUER
// The environment names an account (USER_NAME, PASSWORD).
import assert from 'node:assert/strict'
import * as client from 'openid-client'
import { Person } from './person.mjs'
import { step } from './step.mjs'

const issuer = process.argv[2]
const { USER_NAME: username, PASSWORD: password } = process.env
const config = await client.discovery(new URL(issuer), 'tv', undefined, client.None(), { execute: [client.allowInsecureRequests] })
client.enableNonRepudiationChecks(config)
const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))

const shown = await step('begins', async () => {
  const device = await client.initiateDeviceAuthorization(config, { scope: 'openid profile offline_access' })
  assert.equal(new URL(device.verification_uri_complete).searchParams.get('user_code'), device.user_code)
  return device
})

const tokens = await step('polls while its person lets it in', async () => {
  // The library waits as long as it is told between two polls, and goes on after authorization_pending.
  const [got] = await Promise.all([
    client.pollDeviceAuthorizationGrant(config, shown, undefined, { DPoP }),
    new Person(issuer).letIn(shown.verification_uri_complete, username, password),
  ])
  assert.equal(got.token_type, 'dpop')
  return got
})

await step('asks for userinfo and refreshes', async () => {
  const subject = tokens.claims().sub
  assert.equal((await client.fetchUserInfo(config, tokens.access_token, subject, { DPoP })).sub, subject)
  assert.equal((await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP })).claims().sub, subject)
})

await step('signs out', async () => {
  await assert.rejects(client.pollDeviceAuthorizationGrant(config, { ...shown, interval: 0 }, undefined, { DPoP }), (refusal) => refusal.error === 'invalid_grant')
  await client.tokenRevocation(config, tokens.refresh_token)
  await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP }), (refusal) => refusal.error === 'invalid_grant')
})
