// Where the oidc-provider under test keeps everything: maps without a bound, so that storms of grants fit,
// and with its clients as plain data that a test can change while it runs.

const kOfGrant = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken', 'DeviceCode']);

export class OidcStore {
  #records = new Map();
  #by_grant = new Map();
  #by_uid = new Map();
  clients = new Map();

  /** Values of all codes and tokens that are kept; opaque ones are their own id. */
  secrets() { return [...this.#records.keys()].filter((key) => /^(AccessToken|AuthorizationCode|RefreshToken|ClientCredentials):/.test(key)).map((key) => key.slice(key.indexOf(':') + 1)); }

  /** The adapter class that oidc-provider asks for, bound to this store. */
  adapter() {
    const store = this;
    return class {
      constructor(model) { this.model = model; }

      key(id) { return `${this.model}:${id}`; }

      async find(id) {
        if (this.model === 'Client') return store.clients.get(id);
        const record = store.#records.get(this.key(id));
        return record && (record.until === null || record.until > Date.now()) ? record.payload : undefined;
      }

      async findByUid(uid) { return this.find(store.#by_uid.get(uid)); }

      async findByUserCode() { return undefined; }

      async upsert(id, payload, expires_in) {
        const key = this.key(id);
        store.#records.set(key, { payload, until: expires_in ? Date.now() + expires_in * 1000 : null });
        if (payload.uid) store.#by_uid.set(payload.uid, id);
        if (kOfGrant.has(this.model) && payload.grantId) {
          const keys = store.#by_grant.get(payload.grantId) ?? new Set();
          store.#by_grant.set(payload.grantId, keys.add(key));
        }
      }

      async consume(id) {
        const record = store.#records.get(this.key(id));
        if (record) record.payload.consumed = Math.floor(Date.now() / 1000);
      }

      async destroy(id) { store.#records.delete(this.key(id)); }

      async revokeByGrantId(grant) {
        for (const key of store.#by_grant.get(grant) ?? []) store.#records.delete(key);
        store.#by_grant.delete(grant);
      }
    };
  }
}
