// node server.mjs PORT FILE FULL|NORMAL|memory CONNECTIONS
// Clear client secrets, people in memory, opaque access tokens of one hour, rotating refresh tokens: what oidc-provider does as
// it comes. What a browser would have brought about (grants, sessions, first tokens) is made at /bench/seed before the
// measurement, because there is nobody to click.
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';
import { openStore } from './store.mjs';

const [port, file, durability, connections] = process.argv.slice(2);
const jwk = (type, options, alg) => ({ ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), alg, use: 'sig' });

const provider = new Provider(`http://127.0.0.1:${port}`, {
  adapter: openStore(file, durability),
  clients: [{
    client_id: 'bench', client_secret: 'bench-secret-of-the-benchmark-that-is-long-enough', token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials', 'authorization_code', 'refresh_token'], redirect_uris: ['http://127.0.0.1/callback'], scope: 'openid offline_access profile email api',
    id_token_signed_response_alg: 'ES256',
  }],
  jwks: { keys: [jwk('ec', { namedCurve: 'P-256' }, 'ES256'), jwk('rsa', { modulusLength: 2048 }, 'RS256')] },
  scopes: ['openid', 'offline_access', 'profile', 'email', 'api'],
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: 'Bench Person', email: 'bench@example.com', email_verified: true }) }),
  features: { clientCredentials: { enabled: true }, introspection: { enabled: true }, devInteractions: { enabled: false }, userinfo: { enabled: true } },
  rotateRefreshToken: true,
  ttl: { AccessToken: 3600, ClientCredentials: 3600, RefreshToken: 30 * 86400, Grant: 30 * 86400, IdToken: 3600, Session: 30 * 86400, Interaction: 3600 },
});

provider.use(async (ctx, next) => {
  if (ctx.path !== '/bench/seed') return next();
  const client = await provider.Client.find('bench');
  const refresh = [];
  let access;
  for (let i = 0; i < Number(connections); i += 1) {
    const grant = new provider.Grant({ accountId: `person${i}`, clientId: 'bench' });
    grant.addOIDCScope('openid profile email offline_access');
    const grantId = await grant.save();
    const base = { accountId: `person${i}`, client, grantId, gty: 'authorization_code', authTime: Math.floor(Date.now() / 1000) };
    refresh.push(await new provider.RefreshToken({ ...base, scope: 'profile offline_access', rotations: 0, iiat: Math.floor(Date.now() / 1000), expiresWithSession: false }).save());
    access ??= await new provider.AccessToken({ ...base, scope: 'openid profile email' }).save();
  }
  ctx.body = { refresh, access };
});
provider.listen(Number(port), '127.0.0.1');
