-- Config services, webhooks and deliveries: tables as in 0001, and what the outbox keeps of an application's events.
CREATE TABLE config_services (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  name TEXT,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;
CREATE TABLE service_versions (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  service TEXT,
  number INTEGER,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;
CREATE TABLE endpoints (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  credential TEXT,
  connection TEXT,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;
CREATE TABLE endpoint_keys (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  endpoint TEXT,
  expires_at INTEGER,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;
CREATE TABLE received_requests (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  endpoint TEXT,
  credential TEXT,
  state TEXT,
  due_at INTEGER,
  received_at INTEGER,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;
CREATE TABLE seen_events (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  expires_at INTEGER,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT, WITHOUT ROWID;
CREATE TABLE destinations (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  name TEXT,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;
CREATE TABLE deliveries (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  destination TEXT,
  event TEXT,
  state TEXT,
  due_at INTEGER,
  created_at INTEGER,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;
CREATE TABLE event_cursors (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  revision INTEGER NOT NULL,
  doc TEXT NOT NULL,
  mac BLOB
) STRICT;

ALTER TABLE connections ADD COLUMN app_user_id TEXT;
ALTER TABLE events ADD COLUMN integration TEXT;
ALTER TABLE events ADD COLUMN request TEXT;
ALTER TABLE events ADD COLUMN body BLOB;

CREATE INDEX config_services_tenant ON config_services (tenant, id);
CREATE INDEX service_versions_tenant ON service_versions (tenant, id);
CREATE INDEX endpoints_tenant ON endpoints (tenant, id);
CREATE INDEX endpoint_keys_tenant ON endpoint_keys (tenant, id);
CREATE INDEX received_requests_tenant ON received_requests (tenant, id);
CREATE INDEX seen_events_tenant ON seen_events (tenant, id);
CREATE INDEX destinations_tenant ON destinations (tenant, id);
CREATE INDEX deliveries_tenant ON deliveries (tenant, id);

CREATE UNIQUE INDEX config_services_name ON config_services (tenant, name);
CREATE UNIQUE INDEX service_versions_number ON service_versions (service, number);
CREATE INDEX endpoints_credential ON endpoints (credential, id);
CREATE INDEX endpoints_connection ON endpoints (connection, id) WHERE connection IS NOT NULL;
CREATE INDEX endpoint_keys_endpoint ON endpoint_keys (endpoint, id);
CREATE INDEX endpoint_keys_expires_at ON endpoint_keys (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX received_requests_due_at ON received_requests (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX received_requests_received_at ON received_requests (received_at);
CREATE INDEX received_requests_unmatched ON received_requests (credential, state, id) WHERE state = 'unmatched';
CREATE INDEX seen_events_expires_at ON seen_events (expires_at);
CREATE UNIQUE INDEX destinations_name ON destinations (tenant, name);
CREATE INDEX deliveries_destination ON deliveries (destination, id);
CREATE INDEX deliveries_destination_state ON deliveries (destination, state, id);
CREATE INDEX deliveries_event ON deliveries (event, id);
CREATE INDEX deliveries_due_at ON deliveries (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_created_at ON deliveries (created_at);
CREATE INDEX connections_app_user_id ON connections (credential, app_user_id, id) WHERE app_user_id IS NOT NULL;

CREATE TRIGGER config_services_inserted AFTER INSERT ON config_services BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('config_services', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER config_services_deleted AFTER DELETE ON config_services BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'config_services' AND tenant = old.tenant;
END;
CREATE TRIGGER service_versions_inserted AFTER INSERT ON service_versions BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('service_versions', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER service_versions_deleted AFTER DELETE ON service_versions BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'service_versions' AND tenant = old.tenant;
END;
CREATE TRIGGER endpoints_inserted AFTER INSERT ON endpoints BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('endpoints', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER endpoints_deleted AFTER DELETE ON endpoints BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'endpoints' AND tenant = old.tenant;
END;
CREATE TRIGGER endpoint_keys_inserted AFTER INSERT ON endpoint_keys BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('endpoint_keys', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER endpoint_keys_deleted AFTER DELETE ON endpoint_keys BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'endpoint_keys' AND tenant = old.tenant;
END;
CREATE TRIGGER received_requests_inserted AFTER INSERT ON received_requests BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('received_requests', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER received_requests_deleted AFTER DELETE ON received_requests BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'received_requests' AND tenant = old.tenant;
END;
CREATE TRIGGER seen_events_inserted AFTER INSERT ON seen_events BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('seen_events', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER seen_events_deleted AFTER DELETE ON seen_events BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'seen_events' AND tenant = old.tenant;
END;
CREATE TRIGGER destinations_inserted AFTER INSERT ON destinations BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('destinations', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER destinations_deleted AFTER DELETE ON destinations BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'destinations' AND tenant = old.tenant;
END;
CREATE TRIGGER deliveries_inserted AFTER INSERT ON deliveries BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('deliveries', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER deliveries_deleted AFTER DELETE ON deliveries BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'deliveries' AND tenant = old.tenant;
END;
CREATE TRIGGER event_cursors_inserted AFTER INSERT ON event_cursors BEGIN
  INSERT INTO row_counts (kind, tenant, count) VALUES ('event_cursors', new.tenant, 1) ON CONFLICT (kind, tenant) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER event_cursors_deleted AFTER DELETE ON event_cursors BEGIN
  UPDATE row_counts SET count = count - 1 WHERE kind = 'event_cursors' AND tenant = old.tenant;
END;

-- Makes the table of statistics where a restored copy has none.
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('config_services', 'sqlite_autoindex_config_services_1', '1000 1'),
  ('config_services', 'config_services_tenant', '1000 20 1'),
  ('service_versions', 'sqlite_autoindex_service_versions_1', '5000 1'),
  ('service_versions', 'service_versions_tenant', '5000 100 1'),
  ('endpoints', 'sqlite_autoindex_endpoints_1', '20000 1'),
  ('endpoints', 'endpoints_tenant', '20000 200 1'),
  ('endpoint_keys', 'sqlite_autoindex_endpoint_keys_1', '20000 1'),
  ('endpoint_keys', 'endpoint_keys_tenant', '20000 200 1'),
  ('received_requests', 'sqlite_autoindex_received_requests_1', '1000000 1'),
  ('received_requests', 'received_requests_tenant', '1000000 10000 1'),
  ('seen_events', 'seen_events', '1000000 1'),
  ('seen_events', 'seen_events_tenant', '1000000 10000 1'),
  ('destinations', 'sqlite_autoindex_destinations_1', '1000 1'),
  ('destinations', 'destinations_tenant', '1000 10 1'),
  ('deliveries', 'sqlite_autoindex_deliveries_1', '1000000 1'),
  ('deliveries', 'deliveries_tenant', '1000000 10000 1'),
  ('config_services', 'config_services_name', '1000 20 1'),
  ('service_versions', 'service_versions_number', '5000 5 1'),
  ('endpoints', 'endpoints_credential', '20000 2 1'),
  ('endpoints', 'endpoints_connection', '10000 1 1'),
  ('endpoint_keys', 'endpoint_keys_endpoint', '20000 1 1'),
  ('endpoint_keys', 'endpoint_keys_expires_at', '1000 1'),
  ('received_requests', 'received_requests_due_at', '1000 1'),
  ('received_requests', 'received_requests_received_at', '1000000 1'),
  ('received_requests', 'received_requests_unmatched', '1000 100 100 1'),
  ('seen_events', 'seen_events_expires_at', '1000000 1'),
  ('destinations', 'destinations_name', '1000 10 1'),
  ('deliveries', 'deliveries_destination', '1000000 1000 1'),
  ('deliveries', 'deliveries_destination_state', '1000000 1000 100 1'),
  ('deliveries', 'deliveries_event', '1000000 2 1'),
  ('deliveries', 'deliveries_due_at', '1000 1'),
  ('deliveries', 'deliveries_created_at', '1000000 1'),
  ('connections', 'connections_app_user_id', '1000000 1000 1 1');
