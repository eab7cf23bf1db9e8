// The three old APIs as their documents say, under node without packages: node client.mjs [SERVER [ACCOUNT [PASSWORD]]]
const [server = 'http://localhost:5000', account = 'hanmeimei@example.com', password = 'correct horse battery'] = process.argv.slice(2)
const json = (body) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
const form = (fields) => ({ method: 'POST', body: new URLSearchParams(fields) })
const call = (path, request) => fetch(server + path, request)

// A later call carries the token as clients of that API do.
async function show(api, header, token) {
  if (!token) return console.log(`${api}: refused`)
  const person = await (await call('/connect/userinfo', { headers: { [header]: token } })).json()
  console.log(`${api}: ${person.sub}`)
}

// CloudMind: the HTTP status is the result, the body has no envelope.
const cloudmind = await call('/usercenter/v1/login/EmailLogin', json({ email: account, passWord: password }))
await show('CloudMind', 'Authorization', cloudmind.status === 200 && (await cloudmind.json()).accessToken)

// NLECloud: HTTP is always 200, Status 0 is success.
const nlecloud = await (await call('/Users/Login', json({ Account: account, Password: password, IsRememberMe: true }))).json()
await show('NLECloud', 'AccessToken', nlecloud.Status === 0 && nlecloud.ResultObj.AccessToken)

// RageFrame: HTTP is always 200, code 200 is success; a refresh token for later.
let rageframe = await (await call('/v1/site/login', form({ username: account, password, group: 'app' }))).json()
if (rageframe.code === 200) rageframe = await (await call('/v1/site/refresh', form({ refresh_token: rageframe.data.refresh_token, group: 'app' }))).json()
await show('RageFrame', 'x-api-key', rageframe.code === 200 && rageframe.data.access_token)
