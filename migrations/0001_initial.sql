-- One table per kind of record (src/model/row.cpp): what a record is found by as columns, the rest in `doc` (JSON), `mac` where the
-- kind is protected. Text that is absent is null. Times are unix milliseconds.
CREATE TABLE installation (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;
CREATE TABLE tenants (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;
CREATE TABLE data_keys (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  purpose TEXT,
  state TEXT,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;
CREATE TABLE api_keys (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  lookup TEXT,
  role TEXT,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;
CREATE TABLE integrations (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  slug TEXT,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;
CREATE TABLE callback_keys (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  callback_key TEXT,
  integration TEXT,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;
CREATE TABLE credentials (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  name TEXT,
  integration TEXT,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;
CREATE TABLE endpoint_sets (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  credential TEXT,
  number INTEGER,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;
CREATE TABLE connections (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  credential TEXT,
  end_user TEXT,
  state TEXT,
  unique_key TEXT,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;
CREATE TABLE grants (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  connection TEXT,
  credential TEXT,
  generation INTEGER,
  due_at INTEGER,
  data_key TEXT,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;
CREATE TABLE connect_sessions (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  token_hash TEXT,
  expires_at INTEGER,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;
CREATE TABLE flows (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  expires_at INTEGER,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;
CREATE TABLE idempotency_records (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  expires_at INTEGER,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;
CREATE TABLE token_reads (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  minute INTEGER,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT, WITHOUT ROWID;
-- Listing and erasing by tenant.
CREATE INDEX tenants_tenant ON tenants (tenant, id);
CREATE INDEX data_keys_tenant ON data_keys (tenant, id);
CREATE INDEX api_keys_tenant ON api_keys (tenant, id);
CREATE INDEX integrations_tenant ON integrations (tenant, id);
CREATE INDEX callback_keys_tenant ON callback_keys (tenant, id);
CREATE INDEX credentials_tenant ON credentials (tenant, id);
CREATE INDEX endpoint_sets_tenant ON endpoint_sets (tenant, id);
CREATE INDEX connections_tenant ON connections (tenant, id);
CREATE INDEX grants_tenant ON grants (tenant, id);
CREATE INDEX connect_sessions_tenant ON connect_sessions (tenant, id);
CREATE INDEX flows_tenant ON flows (tenant, id);
CREATE INDEX idempotency_records_tenant ON idempotency_records (tenant, id);
CREATE INDEX token_reads_tenant ON token_reads (tenant, id);

CREATE UNIQUE INDEX api_keys_lookup ON api_keys (lookup) WHERE lookup IS NOT NULL;
CREATE UNIQUE INDEX integrations_slug ON integrations (tenant, slug);
CREATE UNIQUE INDEX callback_keys_key ON callback_keys (callback_key) WHERE callback_key IS NOT NULL;
CREATE UNIQUE INDEX credentials_name ON credentials (tenant, name);
CREATE INDEX credentials_integration ON credentials (tenant, integration, id);
CREATE UNIQUE INDEX endpoint_sets_number ON endpoint_sets (credential, number);
CREATE UNIQUE INDEX connections_unique_key ON connections (credential, unique_key) WHERE unique_key IS NOT NULL;
CREATE INDEX connections_credential ON connections (credential, id);
CREATE INDEX connections_end_user ON connections (tenant, end_user, id);
CREATE INDEX connections_state ON connections (tenant, state, id);
CREATE INDEX grants_connection ON grants (connection, id);
CREATE INDEX grants_credential ON grants (credential, id);
CREATE INDEX grants_data_key ON grants (data_key, id);
CREATE INDEX grants_due_at ON grants (due_at) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX connect_sessions_token_hash ON connect_sessions (token_hash) WHERE token_hash IS NOT NULL;
CREATE INDEX connect_sessions_expires_at ON connect_sessions (expires_at);
CREATE INDEX flows_expires_at ON flows (expires_at);
CREATE INDEX idempotency_records_expires_at ON idempotency_records (expires_at);
CREATE INDEX token_reads_minute ON token_reads (minute);

-- The outbox. AUTOINCREMENT: a sequence is never given twice, not even after the newest event was erased.
CREATE TABLE events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  tenant TEXT NOT NULL,
  type TEXT NOT NULL,
  connection TEXT,
  credential TEXT,
  payload TEXT NOT NULL,
  occurred_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_id ON events (id);
CREATE INDEX events_tenant ON events (tenant, sequence);
CREATE INDEX events_connection ON events (tenant, connection, sequence);
CREATE INDEX events_occurred_at ON events (occurred_at);

-- One hash chain per tenant; the empty tenant is the installation's own.
CREATE TABLE audit (
  tenant TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (tenant, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE leases (
  name TEXT NOT NULL PRIMARY KEY,
  owner TEXT NOT NULL,
  tenant TEXT NOT NULL,
  until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Rows of each tenant and kind, so that a quota costs one look-up whatever the tenant owns.
CREATE TABLE row_counts (
  kind TEXT NOT NULL,
  tenant TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (kind, tenant)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER installation_inserted AFTER INSERT ON installation BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('installation', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER installation_deleted AFTER DELETE ON installation BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'installation' AND tenant = old.tenant;
END;
CREATE TRIGGER tenants_inserted AFTER INSERT ON tenants BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('tenants', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER tenants_deleted AFTER DELETE ON tenants BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'tenants' AND tenant = old.tenant;
END;
CREATE TRIGGER data_keys_inserted AFTER INSERT ON data_keys BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('data_keys', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER data_keys_deleted AFTER DELETE ON data_keys BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'data_keys' AND tenant = old.tenant;
END;
CREATE TRIGGER api_keys_inserted AFTER INSERT ON api_keys BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('api_keys', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER api_keys_deleted AFTER DELETE ON api_keys BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'api_keys' AND tenant = old.tenant;
END;
CREATE TRIGGER integrations_inserted AFTER INSERT ON integrations BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('integrations', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER integrations_deleted AFTER DELETE ON integrations BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'integrations' AND tenant = old.tenant;
END;
CREATE TRIGGER callback_keys_inserted AFTER INSERT ON callback_keys BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('callback_keys', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER callback_keys_deleted AFTER DELETE ON callback_keys BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'callback_keys' AND tenant = old.tenant;
END;
CREATE TRIGGER credentials_inserted AFTER INSERT ON credentials BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('credentials', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER credentials_deleted AFTER DELETE ON credentials BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'credentials' AND tenant = old.tenant;
END;
CREATE TRIGGER endpoint_sets_inserted AFTER INSERT ON endpoint_sets BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('endpoint_sets', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER endpoint_sets_deleted AFTER DELETE ON endpoint_sets BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'endpoint_sets' AND tenant = old.tenant;
END;
CREATE TRIGGER connections_inserted AFTER INSERT ON connections BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('connections', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER connections_deleted AFTER DELETE ON connections BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'connections' AND tenant = old.tenant;
END;
CREATE TRIGGER grants_inserted AFTER INSERT ON grants BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('grants', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER grants_deleted AFTER DELETE ON grants BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'grants' AND tenant = old.tenant;
END;
CREATE TRIGGER connect_sessions_inserted AFTER INSERT ON connect_sessions BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('connect_sessions', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER connect_sessions_deleted AFTER DELETE ON connect_sessions BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'connect_sessions' AND tenant = old.tenant;
END;
CREATE TRIGGER flows_inserted AFTER INSERT ON flows BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('flows', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER flows_deleted AFTER DELETE ON flows BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'flows' AND tenant = old.tenant;
END;
CREATE TRIGGER idempotency_records_inserted AFTER INSERT ON idempotency_records BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('idempotency_records', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER idempotency_records_deleted AFTER DELETE ON idempotency_records BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'idempotency_records' AND tenant = old.tenant;
END;
CREATE TRIGGER token_reads_inserted AFTER INSERT ON token_reads BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('token_reads', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER token_reads_deleted AFTER DELETE ON token_reads BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'token_reads' AND tenant = old.tenant;
END;

-- Fixed statistics of a large installation instead of ANALYZE: the same plan for every store and every day.
ANALYZE;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('tenants', 'sqlite_autoindex_tenants_1', '1000 1'),
  ('tenants', 'tenants_tenant', '1000 1 1'),
  ('data_keys', 'sqlite_autoindex_data_keys_1', '2000 1'),
  ('data_keys', 'data_keys_tenant', '2000 2 1'),
  ('api_keys', 'sqlite_autoindex_api_keys_1', '10000 1'),
  ('api_keys', 'api_keys_tenant', '10000 10 1'),
  ('api_keys', 'api_keys_lookup', '10000 1'),
  ('integrations', 'sqlite_autoindex_integrations_1', '1000 1'),
  ('integrations', 'integrations_tenant', '1000 20 1'),
  ('integrations', 'integrations_slug', '1000 20 1'),
  ('callback_keys', 'sqlite_autoindex_callback_keys_1', '10000 1'),
  ('callback_keys', 'callback_keys_tenant', '10000 20 1'),
  ('callback_keys', 'callback_keys_key', '10000 1'),
  ('credentials', 'sqlite_autoindex_credentials_1', '10000 1'),
  ('credentials', 'credentials_tenant', '10000 100 1'),
  ('credentials', 'credentials_name', '10000 100 1'),
  ('credentials', 'credentials_integration', '10000 100 10 1'),
  ('endpoint_sets', 'sqlite_autoindex_endpoint_sets_1', '20000 1'),
  ('endpoint_sets', 'endpoint_sets_tenant', '20000 200 1'),
  ('endpoint_sets', 'endpoint_sets_number', '20000 2 1'),
  ('connections', 'sqlite_autoindex_connections_1', '1000000 1'),
  ('connections', 'connections_tenant', '1000000 10000 1'),
  ('connections', 'connections_unique_key', '1000 100 1'),
  ('connections', 'connections_credential', '1000000 1000 1'),
  ('connections', 'connections_end_user', '1000000 10000 2 1'),
  ('connections', 'connections_state', '1000000 10000 5000 1'),
  ('grants', 'sqlite_autoindex_grants_1', '1000000 1'),
  ('grants', 'grants_tenant', '1000000 10000 1'),
  ('grants', 'grants_connection', '1000000 2 1'),
  ('grants', 'grants_credential', '1000000 1000 1'),
  ('grants', 'grants_data_key', '1000000 5000 1'),
  ('grants', 'grants_due_at', '1000000 1'),
  ('connect_sessions', 'sqlite_autoindex_connect_sessions_1', '100000 1'),
  ('connect_sessions', 'connect_sessions_tenant', '100000 1000 1'),
  ('connect_sessions', 'connect_sessions_token_hash', '100000 1'),
  ('connect_sessions', 'connect_sessions_expires_at', '100000 1'),
  ('flows', 'sqlite_autoindex_flows_1', '100000 1'),
  ('flows', 'flows_tenant', '100000 1000 1'),
  ('flows', 'flows_expires_at', '100000 1'),
  ('idempotency_records', 'sqlite_autoindex_idempotency_records_1', '100000 1'),
  ('idempotency_records', 'idempotency_records_tenant', '100000 1000 1'),
  ('idempotency_records', 'idempotency_records_expires_at', '100000 1'),
  ('token_reads', 'token_reads', '1000000 1'),
  ('token_reads', 'token_reads_tenant', '1000000 10000 1'),
  ('token_reads', 'token_reads_minute', '1000000 1000'),
  ('events', 'events_id', '1000000 1'),
  ('events', 'events_tenant', '1000000 10000 1'),
  ('events', 'events_connection', '1000000 10000 10 1'),
  ('events', 'events_occurred_at', '1000000 1');
