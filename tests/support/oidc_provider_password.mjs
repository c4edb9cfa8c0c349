// The Password grant (RFC 6749 4.3) for oidc-provider, which has none of its own but takes further grants from its host.
import { errors } from 'oidc-provider';

/** Adds it to `provider`; only accounts that `settings.accounts` lists have a password. */
export function add_password_grant(provider, settings) {
  provider.registerGrantType('password', async (ctx) => {
    const { client, params: { username, password, scope } } = ctx.oidc;
    if (settings.accounts[username] === undefined || settings.accounts[username] !== password) throw new errors.InvalidGrant('wrong name or password');
    const grant = new provider.Grant({ accountId: username, clientId: client.clientId });
    grant.addOIDCScope(scope);
    const of_grant = { accountId: username, client, grantId: await grant.save(), gty: 'password', scope };
    const token = new provider.AccessToken(of_grant);
    ctx.oidc.entity('AccessToken', token);
    ctx.body = {
      access_token: await token.save(),
      expires_in: token.expiration,
      token_type: 'Bearer',
      scope,
      ...(client.grantTypeAllowed('refresh_token') ? { refresh_token: await new provider.RefreshToken({ ...of_grant, rotations: 0 }).save() } : {}),
    };
  }, ['username', 'password', 'scope']);
}
