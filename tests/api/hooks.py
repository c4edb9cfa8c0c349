"""What Schemathesis cannot know: ids of things that live, and members that agree with each other. A part of what it generates is led to
them, so that operations get past "no such thing"; what it made wrong on purpose stays wrong. Nothing it sends leaves loopback or locks
the tests out."""

import itertools
import json
import os
import random
import re
import urllib.error
import urllib.request

import schemathesis
from schemathesis.core.parameters import ParameterLocation

BROKER = os.environ["VALETKEY_BROKER"]
PROVIDER = os.environ["VALETKEY_PROVIDER"]
KEYS = {"tenant": os.environ["VALETKEY_TENANT_KEY"], "installation": os.environ["VALETKEY_INSTALLATION_KEY"]}
RETURN_URL = "https://app.example/connected"
URLS = {
    "authorization_url": "/authorize",
    "token_url": "/token",
    "refresh_url": "/token",
    "revocation_url": "/revoke",
    "introspection_url": "/introspect",
    "userinfo_url": "/userinfo",
    "base_uri": "/api",
}
numbers = itertools.count(1)
dice = random.Random(20261124)


def ask(method, path, body=None, key="tenant"):
    headers = {"Authorization": f"Bearer {KEYS[key]}", "Content-Type": "application/json"}
    request = urllib.request.Request(BROKER + path, None if body is None else json.dumps(body).encode(), headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or "null")


def post(path, body, key="tenant"):
    return ask("POST", path, body, key)


# ---- things that live -----------------------------------------------------------------------------------------------------------


def credential_body(grant_type):
    client = {"client_id": "client", "client_secret": "a secret of nobody", "return_urls": [RETURN_URL], "scopes": ["read"]}
    urls = {member: PROVIDER + path for member, path in URLS.items()}
    return {"name": f"live {next(numbers)}", "integration": "custom", "grant_type": grant_type, **client, **urls}


def new_credential(grant_type="authorization_code"):
    return post("/v1/credentials", credential_body(grant_type))["id"]


KEPT = {}


def kept_credential(grant_type):
    """One that no operation deletes: nothing asks for its id."""
    if grant_type not in KEPT:
        KEPT[grant_type] = new_credential(grant_type)
    return KEPT[grant_type]


def new_connection():
    tokens = {"access_token": "an access token of nobody", "refresh_token": "a refresh token of nobody"}
    body = {"credential": kept_credential("authorization_code"), "end_user": {"id": f"user-{next(numbers)}"}, "import": tokens}
    return post("/v1/connections", body)


def new_session():
    body = {"credential": kept_credential("authorization_code"), "end_user": {"id": "user"}, "return_url": RETURN_URL}
    return post("/v1/connect-sessions", body)


def new_integration():
    return post("/v1/integrations", {"slug": f"live-{next(numbers)}", "name": "Live"})["slug"]


def last_event():
    return ask("GET", "/v1/events")["data"][-1]["id"]


SERVICE_DOCUMENT = {
    "title": "Live",
    "secrets": [{"name": "token", "title": "Token"}],
    "verify": [{"scheme": "static", "key": {"secret": "token"}, "signature": {"header": "x-token"}}],
    "parse": {"format": "json"},
    "event": {"type": "type"},
}


def new_service():
    return post("/v1/services", {"name": f"live {next(numbers)}", "document": SERVICE_DOCUMENT})["id"]


def new_endpoint():
    return post("/v1/endpoints", {"credential": new_credential()})["id"]


def new_destination():
    body = {"name": f"live {next(numbers)}", "url": f"{PROVIDER}/api", "filter": {"types": ["nothing.of.this.name"]}}
    return post("/v1/destinations", body)["id"]


def new_delivery():
    new_connection()
    return post(f"/v1/events/{last_event()}/replay", {"destination": new_destination()})["deliveries"][0]["id"]


def new_hook(kind):
    endpoint = ask("GET", "/v1/endpoints/" + new_endpoint())
    integration, key = endpoint[f"{kind}_url"].split("/")[-2:]
    return {"integration": integration, "endpoint_key": key}


LIVE = {
    "/hooks/{integration}": (None, lambda: new_hook("webhook")),
    "/actions/{integration}": (None, lambda: new_hook("action")),
    "/v1/services/preset/{slug}": ("slug", lambda: "slack"),
    "/v1/services/{id}": ("id", new_service),
    "/v1/endpoints/{id}": ("id", new_endpoint),
    "/v1/destinations/{id}": ("id", new_destination),
    "/v1/deliveries/{id}": ("id", new_delivery),
    "/v1/integrations/{slug}": ("slug", new_integration),
    "/v1/credentials/{id}": ("id", new_credential),
    "/v1/connections/{id}": ("id", lambda: new_connection()["id"]),
    "/v1/end-users/{id}": ("id", lambda: new_connection()["end_user"]["id"]),
    "/v1/connect-sessions/{id}": ("id", lambda: new_session()["id"]),
    "/v1/keys/{id}": ("id", lambda: post("/v1/keys", {"name": "live", "scopes": ["tokens:read"]})["id"]),
    "/v1/tenants/{id}": ("id", lambda: post("/v1/tenants", {"name": "live"}, "installation")["id"]),
    "/v1/events/{id}": ("id", lambda: new_connection() and last_event()),
    "/v1/proxy/{connection}": ("connection", lambda: new_connection()["id"]),
    "/connect/{token}": ("token", lambda: new_session()["connect_url"].rsplit("/", 1)[1]),
}


SHARED = {}


def is_used_up(case):
    """By this request; a connect link belongs to the browser that opens it."""
    return case.method == "DELETE" or case.path.startswith("/connect/")


def live(prefix, make, is_used_up):
    """A fresh one to use up; else one that several requests share, so that no quota is used up."""
    if is_used_up:
        return make()
    uses, shared = SHARED.get(prefix, (0, None))
    if uses % 50 == 0:
        shared = make()
    SHARED[prefix] = (uses + 1, shared)
    return shared


def lead_to_something_that_lives(case):
    for prefix, (parameter, make) in LIVE.items():
        if case.path.startswith(prefix):
            try:
                value = live(prefix, make, is_used_up(case))
                case.path_parameters = {**case.path_parameters, **(value if parameter is None else {parameter: value})}
            except urllib.error.HTTPError as refused:
                if refused.code != 403:  # a quota is used up: what was generated will do
                    raise


# ---- bodies that agree ----------------------------------------------------------------------------------------------------------


def agreeing_credential(body, is_linked):
    kept = ("description", "completion", "pkce", "opener_origins", "rotation_grace", "audiences", "token_params")
    chosen = {member: body[member] for member in kept if body.get(member) is not None}
    if "opener_origins" in chosen:
        chosen["opener_origins"] = ["https://app.example"]
    if body.get("config_services"):
        chosen["config_services"] = {"webhook_event_verification": "preset/slack", "webhook_parser": None}
    if not is_linked and dice.random() < 0.3:  # names are unique
        chosen["name"] = body["name"]
    return {**credential_body(body["grant_type"]), **chosen}


def linked_credential(body):
    """The one that a link led here, or null."""
    credential = body.get("credential")
    is_made_up = not isinstance(credential, str) or not re.fullmatch("cred_[0-9a-v]{26}", credential) or credential.endswith("0000")
    return None if is_made_up else credential


def agreeing_connection(body, is_linked):
    kind = "authorization_code" if is_linked else ("authorization_code", "client_credentials", "password")[next(numbers) % 3]
    out = {"credential": is_linked and linked_credential(body) or kept_credential(kind), "metadata": body.get("metadata")}
    if kind == "client_credentials":
        return {**out, "audience": f"https://api.example/{next(numbers)}"}
    out["end_user"] = body.get("end_user") or {"id": f"user-{next(numbers)}"}
    if kind == "password":
        return {**out, "username": body.get("username") or "ada", "password": body.get("password") or "a password of nobody"}
    return {**out, "import": body.get("import") or {"access_token": "an access token of nobody"}}


def agreeing_session(body, is_linked):
    credential = is_linked and linked_credential(body) or kept_credential("authorization_code")
    return {"credential": credential, "end_user": body["end_user"], "return_url": RETURN_URL}


def agreeing_integration(body, is_linked):
    chosen = {member: body[member] for member in ("name", "description", "pkce", "scope_separator", "default_scopes") if body.get(member)}
    return {"slug": f"made-{next(numbers)}", **chosen}


def agreeing_service(body, is_linked):
    return {"name": body["name"], "description": body.get("description"), "document": SERVICE_DOCUMENT}


def agreeing_trial(body, is_linked):
    kept = {member: body[member] for member in ("kind", "now", "public_url") if body.get(member) and "kind" != member}
    kept.pop("public_url", None)
    return {**kept, "service": SERVICE_DOCUMENT, "secrets": {"token": ["made up"]}, "request": {"body": body["request"].get("body") or "{}"}}


def agreeing_endpoint(body, is_linked):
    return {"credential": new_credential(), "accepts_handshake_for": body.get("accepts_handshake_for")}


def agreeing_destination(body, is_linked):
    return {"name": body["name"], "description": body.get("description"), "url": f"{PROVIDER}/api", "filter": {"types": ["nothing.of.this.name"]}}


AGREEING = {
    "createService": agreeing_service,
    "tryService": agreeing_trial,
    "createEndpoint": agreeing_endpoint,
    "createDestination": agreeing_destination,
    "replayEvent": lambda body, _: {},
    "rotateEndpointKey": lambda body, _: {"retire_after": 60},
    "createCredential": agreeing_credential,
    "createConnection": agreeing_connection,
    "createConnectSession": agreeing_session,
    "createIntegration": agreeing_integration,
    "createCallbackKey": lambda body, _: {"integration": "slack"},
    "createKey": lambda body, _: {"name": body["name"], "scopes": [name for name in body.get("scopes") or [] if name != "*"] or ["proxy"]},
    "refreshToken": lambda body, is_linked: body if is_linked else {"rejected_generation": 1},
}


# ---- limits of what is sent -----------------------------------------------------------------------------------------------------


def is_elsewhere(url):
    return isinstance(url, str) and "://" in url and not url.startswith(PROVIDER)


def keep_on_loopback(name, body):
    for member, path in URLS.items():
        if is_elsewhere(body.get(member)) or (name == "createCredential" and body.get(member) is None):
            body[member] = PROVIDER + path
    if is_elsewhere(body.get("issuer")):
        body["issuer"] = PROVIDER


def keep_quotas_wide(policy):
    for member in ("max_credentials", "max_connections"):
        if isinstance(policy, dict) and type(policy.get(member)) is int and policy[member] >= 0:
            policy[member] = 1_000_000


def let_headers_agree(headers, is_linked):
    """A key that was used already gets an old answer, and a made-up tag gets 412: seldom enough, so that the rest is tried too."""
    if "Idempotency-Key" in headers:
        headers["Idempotency-Key"] = f"key-{next(numbers)}"
    if not (is_linked and headers.get("If-Match", "").startswith('"')):
        headers.pop("If-Match", None)


@schemathesis.hook
def before_call(context, case, kwargs):
    name = case.operation.definition.raw.get("operationId")
    meta = case.meta
    is_linked = meta is not None and meta.phase.name == "stateful"
    if meta is not None and not is_linked and not meta.is_negative_at(ParameterLocation.PATH) and dice.random() < 0.8:
        lead_to_something_that_lives(case)
    are_headers_wrong = meta is not None and meta.is_negative_at(ParameterLocation.HEADER)
    if case.headers and not are_headers_wrong and (is_linked or dice.random() < 0.9):
        let_headers_agree(case.headers, is_linked)
    if is_linked and name == "deleteCredential":
        case.query = {}  # cascade: as deleteEndUser in schemathesis.toml
    if not isinstance(case.body, dict):
        return
    body = dict(case.body)
    is_wrong = meta is not None and meta.is_negative_at(ParameterLocation.BODY)
    if name in AGREEING and not is_wrong and (is_linked or dice.random() < 0.75):
        body = AGREEING[name](body, is_linked)
    elif name in ("createConnection", "createConnectSession") and is_wrong and 0 < len(str(body.get("credential") or "")) <= 64:
        body["credential"] = kept_credential("authorization_code")
    if name in ("createDestination", "changeDestination") and is_elsewhere(body.get("url")):
        body["url"] = PROVIDER + "/api"
    if name in ("createCredential", "changeCredential", "createIntegration", "changeIntegration"):
        keep_on_loopback(name, body)
    if name in ("changePolicy", "createTenant", "changeTenant"):
        keep_quotas_wide(body if name == "changePolicy" else body.get("policy"))
        if name == "changePolicy" and body.get("forbid_password_grant") is True:
            body["forbid_password_grant"] = False
    case.body = body


ROOM = {"createIntegration": ("/v1/integrations/", "slug"), "createService": ("/v1/services/", "id"), "createDestination": ("/v1/destinations/", "id")}


@schemathesis.hook
def after_call(context, case, response):
    """A tenant may have only so many of each: those that no link leads to make room."""
    name = case.operation.definition.raw.get("operationId")
    if name in ROOM and response.status_code == 201 and case.meta is not None and case.meta.phase.name != "stateful":
        path, member = ROOM[name]
        try:
            ask("DELETE", path + response.json()[member])
        except urllib.error.HTTPError as refused:
            if refused.code != 404:  # an answer that was replayed: it is gone already
                raise
