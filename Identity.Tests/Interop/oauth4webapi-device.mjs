// oauth4webapi, call by call, as a device without a keyboard: node oauth4webapi-device.mjs ISSUER
// The environment names an account (USER_NAME, PASSWORD).
import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { Person } from './person.mjs'
import { step } from './step.mjs'

const issuer = new URL(process.argv[2])
const { USER_NAME: username, PASSWORD: password } = process.env
const self = { client_id: 'tv' }
const insecure = { [oauth.allowInsecureRequests]: true }
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
const person = new Person(issuer)

async function begin() {
  const response = await oauth.deviceAuthorizationRequest(server, self, oauth.None(), { scope: 'openid profile' }, insecure)
  return oauth.processDeviceAuthorizationResponse(server, self, response)
}

const poll = async (device) => {
  const response = await oauth.deviceCodeGrantRequest(server, self, oauth.None(), device.device_code, insecure)
  const got = await oauth.processDeviceCodeResponse(server, self, response)
  await oauth.validateApplicationLevelSignature(server, response, insecure)
  return got
}
const refused = (code) => (refusal) => refusal.error === code

const first = await step('begins, waits, and is told to slow down', async () => {
  const device = await begin()
  await assert.rejects(poll(device), refused('authorization_pending'))
  await assert.rejects(poll(device), refused('slow_down'))
  return device
})

await step('is let in once', async () => {
  await person.letIn(first.verification_uri_complete, username, password)
  const tokens = await poll(first)
  const subject = oauth.getValidatedIdTokenClaims(tokens).sub
  const claims = await oauth.processUserInfoResponse(server, self, subject, await oauth.userInfoRequest(server, self, tokens.access_token, insecure))
  assert.equal(claims.sub, subject)
  await assert.rejects(poll(first), refused('invalid_grant'))
})

await step('signs out', async () => {
  const device = await begin()
  const page = await person.press(await person.press(await person.open(device.verification_uri_complete), 'Continue'), 'Do not allow')
  assert.equal(page.heading, 'The device was not let in')
  await assert.rejects(poll(device), refused('access_denied'))
})
