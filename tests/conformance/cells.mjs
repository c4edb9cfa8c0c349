// The matrix: which combinations there are, and what each has to show.

export const kGrants = ['authorization_code', 'password', 'client_credentials'];
export const kClientAuthentications = ['none', 'client_secret_basic', 'client_secret_post'];
export const kRotations = ['rotated', 'kept'];
export const kColumns = ['connect', 'token used', 'rotated', 'kept', 'revoked', 'introspected'];

/** Client Credentials have no refresh token (RFC 6749 4.4.3), so that rotation is no question there. */
const rotations_of = (grant) => (grant === 'client_credentials' ? [null] : kRotations);

/** Every {grant, client_authentication, rotation}; rotation is null for Client Credentials. */
export const kCells = kGrants.flatMap((grant) => kClientAuthentications.flatMap((client_authentication) => (
  rotations_of(grant).map((rotation) => ({ grant, client_authentication, rotation }))
)));

export const name_of = ({ grant, client_authentication, rotation }) => `${grant}, ${client_authentication}${rotation ? `, refresh token ${rotation}` : ''}`;
