CREATE TABLE schema_migrations (name TEXT NOT NULL PRIMARY KEY, sha256 TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT;
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
CREATE TABLE row_counts (
  kind TEXT NOT NULL,
  tenant TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (kind, tenant)
) STRICT, WITHOUT ROWID;
INSERT INTO schema_migrations VALUES ('0001_initial.sql','808a831c4960714329eab24c5106f338cf4ff67d55ad5a8f67aaf54bf3af5015',1767225600000);
INSERT INTO installation VALUES ('installation','',1,'{"id":"inst_1","fingerprint":"print","hold":true,"hold_reason":"restored","created_at":1767225600001,"first_admin_at":1767225600002}',NULL);
INSERT INTO tenants VALUES ('ten_a','ten_a',1,'{"name":"Acme","policy":{"forbid_password_grant":true,"forbid_front_channel":true,"max_credentials":10,"max_connections":1000000},"created_at":1767225600001}',NULL);
INSERT INTO data_keys VALUES ('dk_1','ten_a',1,'secrets','active','{}',NULL);
INSERT INTO api_keys VALUES ('key_1','ten_a',1,'0a0b','installation','{"name":"deploy","scopes":["tokens:read","proxy"],"limits":{"credentials":["cred_1"],"connections":["conn_1","conn_2"]},"expires_at":1767225600005,"hash":"0c0d","created_at":1767225600006,"created_by":"key_0"}',NULL);
INSERT INTO integrations VALUES ('ten_a/acme','ten_a',1,'acme','{"document":"{\"slug\":\"acme\",\"note\":\"ü \\\" \\\\ / \\u0000\"}","created_at":1767225600001,"updated_at":1767225600002}',NULL);
INSERT INTO callback_keys VALUES ('cb_key','ten_a',1,'cb_key','acme','{"credential":"cred_1","created_at":1767225600001}',NULL);
INSERT INTO credentials VALUES ('cred_1','ten_a',1,'Main','acme','{"description":"the one","authentication_type":"custom","grant_type":"client_credentials","client_id":"client","scopes":["read","write"],"scopes_set":true,"response_type":"code id_token","overrides":{"authorization_url":"https://a.example/authorize","token_url":"https://a.example/token","refresh_url":"https://a.example/refresh","revocation_url":"https://a.example/revoke","introspection_url":"https://a.example/introspect","userinfo_url":"https://a.example/userinfo","base_uri":"https://api.a.example/v1","issuer":"https://a.example","requires_iss":true,"pkce":false,"scope_separator":",","client_authentication":"client_secret_post","rotation":"grace","rotation_grace":30,"account":{"from":"id_token","path":"sub"},"authorization_params":[["prompt","consent"],["access_type","offline"]],"token_params":[["z","1"],["a","2"],["z","3"]],"refresh_params":[["b",""]],"redirect_uri":"https://foreign.example/callback"},"placeholders":{"region":"eu","subdomain":"acme"},"config_services":{"token_validation":"preset/acme"},"return_urls":["https://app.example/back"],"opener_origins":["https://app.example"],"audiences":["https://api.a.example/"],"completion":"immediate","keep_password":true,"callback_key":"cb_key","webhook_key":"wh_key","endpoint_set":7,"client_error":{"code":"invalid_client","since":1767225600003,"next_probe_at":1767225600004},"created_at":1767225600001,"updated_at":1767225600002}',NULL);
INSERT INTO endpoint_sets VALUES ('cred_1/7','ten_a',1,'cred_1',7,'{"client_id":"client","authorization_url":"https://a.example/authorize","token_url":"https://a.example/token","refresh_url":"https://a.example/refresh","revocation_url":"https://a.example/revoke","introspection_url":"https://a.example/introspect","userinfo_url":"https://a.example/userinfo","base_uri":"https://api.a.example/v1","issuer":"https://a.example","redirect_uri":"https://broker.example/oauth/callback/acme/cb_key","client_authentication":"none","proxy_headers":[["X-Token","{access_token}"],["Accept","application/json"]],"placeholders":{"subdomain":"acme"},"host_rules":{"subdomain":"operator"},"config_services":{"token_validation":"preset/acme"},"secrets":[{"sealed":"bmV3AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/w==","set_at":1767225600002},{"sealed":"b2xkAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/w==","set_at":1767225600001,"valid_until":1767225600003}],"sealed_base_uri":"https://api.a.example","has_older_connections":true,"created_at":1767225600001}',NULL);
INSERT INTO connections VALUES ('conn_1','ten_a',1,'cred_1','user_1','needs_reconnect','aud read','{"end_user":{"id":"user_1","display_name":"Ada Lövelace","email":"ada@app.example"},"app_user_id":"U024","account":"acct_1","state_reason":"refresh_outcome_unknown","fields":{"instance":"eu1","long":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},"metadata":{"team":"blue"},"current_grant":"grant_1","created_at":1767225600001,"updated_at":1767225600002}',NULL);
INSERT INTO grants VALUES ('grant_1','ten_a',1,'conn_1','cred_1',12,1767225600025,'dk_1','{"endpoint_set":7,"refresh_token":"cmVmcmVzaAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj9AQUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpbXF1eX2BhYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ent8fX5/gIGCg4SFhoeIiYqLjI2Oj5CRkpOUlZaXmJmam5ydnp+goaKjpKWmp6ipqqusra6vsLGys7S1tre4ubq7vL2+v8DBwsPExcbHyMnKy8zNzs/Q0dLT1NXW19jZ2tvc3d7f4OHi4+Tl5ufo6err7O3u7/Dx8vP09fb3+Pn6+/z9/v8=","refresh_expires_at":1767225600090,"refresh_used_at":1767225600010,"password":"cGFzc3dvcmQAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4/QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl9gYWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoOEhYaHiImKi4yNjo+QkZKTlJWWl5iZmpucnZ6foKGio6SlpqeoqaqrrK2ur7CxsrO0tba3uLm6u7y9vr/AwcLDxMXGx8jJysvMzc7P0NHS09TV1tfY2drb3N3e3+Dh4uPk5ebn6Onq6+zt7u/w8fLz9PX29/j5+vv8/f7/","audience":"https://api.a.example","scopes":["read"],"access_tokens":[{"sealed":"YWNjZXNzAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/w==","token_type":"Bearer","issued_at":1767225600001,"generation":1},{"name":"user","audience":"https://b.example","sealed":"dXNlcgABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj9AQUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpbXF1eX2BhYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ent8fX5/gIGCg4SFhoeIiYqLjI2Oj5CRkpOUlZaXmJmam5ydnp+goaKjpKWmp6ipqqusra6vsLGys7S1tre4ubq7vL2+v8DBwsPExcbHyMnKy8zNzs/Q0dLT1NXW19jZ2tvc3d7f4OHi4+Tl5ufo6err7O3u7/Dx8vP09fb3+Pn6+/z9/v8=","token_type":"bot","scopes":["chat"],"issued_at":1767225600020,"expires_at":1767225600030,"generation":12}],"extra":"ZXh0cmEAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4/QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl9gYWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoOEhYaHiImKi4yNjo+QkZKTlJWWl5iZmpucnZ6foKGio6SlpqeoqaqrrK2ur7CxsrO0tba3uLm6u7y9vr/AwcLDxMXGx8jJysvMzc7P0NHS09TV1tfY2drb3N3e3+Dh4uPk5ebn6Onq6+zt7u/w8fLz9PX29/j5+vv8/f7/","attempt":"unknown","attempt_at":1767225600021,"failures":3,"next_attempt_at":1767225600022,"last_error":"provider_unavailable","expiring_announced":true,"created_at":1767225600001}',NULL);
INSERT INTO connect_sessions VALUES ('cs_1','ten_a',1,'0e0f',1767225600005,'{"credential":"cred_1","end_user":{"id":"user_1","display_name":"Ada","email":"ada@app.example"},"renews":"conn_1","return_url":"https://app.example/back","opener_origin":"https://app.example","scopes":["read"],"browser_hash":"1011","fields":{"subdomain":"acme"},"state":"authorized","error":"access_denied","connection":"conn_2","account":"acct_1","grant":"grant_2","confirm_hash":"1213","confirm_expires_at":1767225600004,"created_at":1767225600001}',NULL);
INSERT INTO flows VALUES ('1415','ten_a',1,1767225600006,'{"session":"cs_1","credential":"cred_1","endpoint_set":7,"cookie_hash":"1617","callback_path":"/oauth/callback/acme/cb_key","redirect_uri":"https://broker.example/oauth/callback/acme/cb_key","issuer":"https://a.example","token_url":"https://a.example/token","code_verifier":"dmVyaWZpZXIAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4/QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl9gYWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoOEhYaHiImKi4yNjo+QkZKTlJWWl5iZmpucnZ6foKGio6SlpqeoqaqrrK2ur7CxsrO0tba3uLm6u7y9vr/AwcLDxMXGx8jJysvMzc7P0NHS09TV1tfY2drb3N3e3+Dh4uPk5ebn6Onq6+zt7u/w8fLz9PX29/j5+vv8/f7/","nonce_hash":"1819","response_type":"code"}',NULL);
INSERT INTO idempotency_records VALUES ('idem_1','ten_a',1,1,'{}',X'00FF206D6163');
INSERT INTO token_reads VALUES ('key_1/conn_1/29453760','ten_a',1,29453760,'{"key":"key_1","connection":"conn_1","count":5}',NULL);
INSERT INTO events VALUES (1,'evt_1','ten_a','connection.created','conn_1','cred_1','{"a":1}',1767225600001);
INSERT INTO events VALUES (2,'evt_2','ten_a','connection.created',NULL,NULL,'{}',0);
INSERT INTO audit VALUES ('',1,0,'key_1','three','conn_1','{}','536b82790434af56e6cc504ffa6b20fc6d1e635d13127a01f4373e7f67e7c0a6');
INSERT INTO audit VALUES ('ten_a',1,0,'key_1','one','conn_1','{}','10b3bdd32a167837bb122fd27335248c5fdb77684c916f4f9174b777af2d5a0c');
INSERT INTO audit VALUES ('ten_a',2,0,'key_1','two','conn_1','{}','795bd5328d65d4a3684e3808f1db75ddd9938ce7cd4c50ca6c8e4d5b106bede2');
INSERT INTO leases VALUES ('grant_1','boot_1','ten_a',1767225601000);
INSERT INTO row_counts VALUES ('api_keys','ten_a',1);
INSERT INTO row_counts VALUES ('callback_keys','ten_a',1);
INSERT INTO row_counts VALUES ('connect_sessions','ten_a',1);
INSERT INTO row_counts VALUES ('connections','ten_a',1);
INSERT INTO row_counts VALUES ('credentials','ten_a',1);
INSERT INTO row_counts VALUES ('data_keys','ten_a',1);
INSERT INTO row_counts VALUES ('endpoint_sets','ten_a',1);
INSERT INTO row_counts VALUES ('flows','ten_a',1);
INSERT INTO row_counts VALUES ('grants','ten_a',1);
INSERT INTO row_counts VALUES ('idempotency_records','ten_a',1);
INSERT INTO row_counts VALUES ('installation','',1);
INSERT INTO row_counts VALUES ('integrations','ten_a',1);
INSERT INTO row_counts VALUES ('tenants','ten_a',1);
INSERT INTO row_counts VALUES ('token_reads','ten_a',1);
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
CREATE UNIQUE INDEX events_id ON events (id);
CREATE INDEX events_tenant ON events (tenant, sequence);
CREATE INDEX events_connection ON events (tenant, connection, sequence);
CREATE INDEX events_occurred_at ON events (occurred_at);
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
