#!/usr/bin/env python3
"""Writes docs/presets/ from catalog/presets/*.toml.  tools/preset_pages.py [--check]"""

import glob
import os
import sys
import tomllib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUT = os.path.join(ROOT, "docs", "presets")

SURE = {"sdk": "Read in the provider's own library, or proved against it", "documentation": "Read in the provider's documentation",
        "third_party": "Read in other people's code and notes, in agreement with each other"}
FROM = {"operator": "typed at the endpoint", "client_secret": "the credential's client secret, unless one is typed at the endpoint",
        "handshake": "given by the application in its handshake, while the endpoint's window is open"}
UNIT = {"s": "seconds", "ms": "milliseconds", "rfc3339": "RFC 3339", "http_date": "an HTTP date"}
KINDS = [("verify", "webhook_event_verification"), ("event", "webhook_parser"), ("map", "user_id_mapper"), ("action", "action_callback_parser"),
         ("token_check", "token_validation")]


def code(text):
    return f"`{text}`"


def span(seconds):
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {word}" + ("s" if seconds != size else "")
    return f"{seconds} second" + ("s" if seconds != 1 else "")


def condition(test):
    words = " is not " if test.get("not") else " is "
    for what in ("header", "query", "form", "body", "secret"):
        if what in test:
            place = {"header": "the header ", "query": "the query parameter ", "form": "the form field ", "body": "the body's ",
                     "secret": "the endpoint's secret "}[what] + code(test[what])
            return place + words + (code(test["equals"]) if "equals" in test else "there")
    if "method" in test:
        return "the method" + words + code(test["method"])
    return "the content type" + words + code(test["content_type"])


def conditions(tests):
    return ", and ".join(condition(test) for test in tests)


def place(signature):
    for what, words in (("header", "the header "), ("headers", "any of the headers "), ("query", "the query parameter "), ("form", "the form field "),
                        ("body", "the body's "), ("item", "each item's ")):
        if what in signature:
            return words + code(signature[what])
    return "the bearer token of `Authorization`" if signature.get("bearer") else "the header `Authorization`"


def grammar(signature):
    parts = []
    if "items" in signature:
        parts.append(f"a list separated by {code(signature['items']) if signature['items'].strip() else 'blanks'}")
    if "take" in signature:
        parts.append(f"of which {code(signature['take'])} is taken")
    elif "pair" in signature:
        parts.append(f"of pairs with {code(signature['pair'])}")
    if "prefix" in signature:
        parts.append(f"after {code(signature['prefix'])}")
    if "optional_prefix" in signature:
        parts.append(f"with or without {code(signature['optional_prefix'])} before it")
    if "decode" in signature:
        parts.append(f"in {signature['decode']}")
    return ", ".join(parts)


def piece(part):
    if isinstance(part, str):
        return {"raw": "the raw body", "timestamp": "the time as it stands in the request", "method": "the method", "url": "the endpoint's public URL with the query",
                "path": "the path", "secret": "the secret", "crc32": "the body's CRC-32 in decimal", "sorted_form": "names and values of the form, sorted"}.get(part, part)
    for what, words in (("header", "the header "), ("query", "the query parameter "), ("form", "the form field "), ("body", "the body's "),
                        ("parameter", "the parameter ")):
        if what in part:
            return words + code(part[what])
    if "const" in part:
        return code(part["const"])
    if "url" in part:
        return "the endpoint's public URL" + (" with its escapes decoded" if part["url"].get("decode_escapes") else "")
    if "lines" in part:
        return "name and value, a line each, of " + ", ".join(code(name) for name in part["lines"])
    if "join" in part:
        return f"joined by {code(part['join'])}: " + ", ".join(code(path.split(".", 1)[-1]) for path in part["paths"])
    return code(str(part))


def key(source):
    if "jwks" in source:
        return f"the keys at {source['jwks']}"
    if "certificate_url" in source:
        return f"the certificate at the address in {code(source['certificate_url'])}, only from " + ", ".join(code(host) for host in source["hosts"])
    if "key_endpoint" in source:
        return f"the key that {source['key_endpoint']['url']} gives"
    text = f"the secret {code(source['secret'])}"
    if "strip_prefix" in source:
        text += f" without {code(source['strip_prefix'])}"
    if source.get("decode", "utf8") != "utf8":
        text += f", decoded ({source['decode']})"
    if "derive" in source:
        text += f", hashed with {source['derive'].upper()}"
    if "select" in source:
        text += f", the value that begins with {code(source['select'])} and a colon"
    return text


def verification(rule):
    scheme = rule["scheme"]
    title = {"hmac": f"HMAC-{rule.get('algorithm', '').upper()}", "hash": f"plain {rule.get('algorithm', '').upper()}, no HMAC",
             "asymmetric": rule.get("algorithm", ""), "jwt": "JWT " + ", ".join(rule.get("algorithms", [])), "static": "a text that must be equal",
             "basic": "HTTP Basic", "url_secret": "a secret in the address"}[scheme]
    out = []
    if "name" in rule:
        out.append(f"**{rule['name']}**" + (f", where {conditions(rule['when'])}:" if rule.get("when") else ":"))
    elif rule.get("when"):
        out.append(f"Where {conditions(rule['when'])}:")
    out.append(f"- {title}, with {key(rule['key'])}")
    shape = grammar(rule["signature"])
    out.append(f"- {'Compared with' if scheme in ('static', 'url_secret') else 'Signature in'} {place(rule['signature'])}" + (f": {shape}" if shape else ""))
    if "message" in rule:
        out.append("- Signed: " + " + ".join(piece(part) for part in rule["message"]))
    if "body_digest" in rule:
        digest = rule["body_digest"]
        out.append(f"- The body's {digest['algorithm'].upper()} must equal the {digest['from']} {code(digest['name'])}")
    if "timestamp" in rule:
        time = rule["timestamp"]
        where = next(f"the {what} {code(time[what])}" for what in ("header", "take", "body", "query") if what in time).replace("the take", "the signature's")
        out.append(f"- Time in {where} ({UNIT[time['unit']]}): at most {span(time.get('past', 300))} old and {span(time.get('future', 300))} ahead")
    claims = rule.get("claims", {})
    for name, words in (("issuer", "issuer"), ("audience", "audience"), ("email", "e-mail")):
        if name in claims:
            value = claims[name] if isinstance(claims[name], list) else [claims[name]]
            out.append(f"- The token's {words} must be " + " or ".join(code(text) for text in value))
    if claims.get("query_hash"):
        out.append("- The token's `qsh` must be the digest of method, path and query")
    if "max_age" in claims:
        out.append(f"- The token must not be older than {span(claims['max_age'])}")
    for check in rule.get("identity", []):
        out.append(f"- {code(check['value'])} must " + (f"equal {code(check['equals'])}" if "equals" in check else "be there"))
    if "replay" in rule:
        out.append(f"- {code(rule['replay']['id'])} works once within {span(rule['replay']['for'])}")
    if rule.get("needs_choice"):
        out.append("- Weak: only where the parameter `allow_weak` is `true`")
    if not rule.get("covers_body", True):
        out.append("- **The body is not covered**: events say so")
    return out


def reply(rule):
    text = str(rule.get("status", 200))
    if "body" in rule:
        body = rule["body"].replace("{{", "{").replace("}}", "}")
        return f"{text}, {rule['content_type']}: {code(body)}"
    if "json" in rule:
        return f"{text}, JSON with " + ", ".join(f"`{name}` = {code(value)}" for name, value in rule["json"].items())
    return text + "".join(f", header `{name}` = {code(value)}" for name, value in rule.get("headers", {}).items())


def fields(rule, names):
    return [f"| `{name}` | {code(rule[member]) if isinstance(rule[member], str) else code(rule[member]['value']) + ', ' + UNIT[rule[member]['unit']]} |"
            for name, member in names if member in rule]


def page(document):
    slug = document["slug"]
    out = [f"# {document['title']}", "", "<!-- written by tools/preset_pages.py from catalog/presets; do not edit -->", "",
           f"`preset/{slug}` serves as " + ", ".join(code(kind) for part, kind in KINDS if part in document) + ".", "",
           f"{document['notes']}.", "", f"- Source: <{document['documentation_url']}>, looked at on {document['checked_on']}",
           f"- How sure: {SURE[document['confidence']]}", ""]
    if document.get("secrets"):
        out += ["## Secrets", "", "| name | what | where to find it | comes from |", "|---|---|---|---|"]
        out += [f"| `{s['name']}` | {s['title']}{' (optional)' if s.get('optional') else ''} | {s['help']} | {FROM[s.get('from', 'operator')]} |" for s in document["secrets"]] + [""]
    if document.get("parameters"):
        out += ["## Parameters", "", "| name | what | value |", "|---|---|---|"]
        out += [f"| `{p['name']}` | {p['title']}{' (optional)' if p.get('optional') else ''} | {p['help']} |" for p in document["parameters"]] + [""]
    out += ["## Verification", ""]
    if len(document["verify"]) > 1:
        out += ["The first of these that applies decides.", ""]
    for rule in document["verify"]:
        lines = verification(rule)
        if not lines[0].startswith("-"):
            lines.insert(1, "")
        out += lines + [""]
    out += [f"Anything else is answered with {document.get('refusal', {}).get('status', 401)}.", ""]
    if document.get("challenges"):
        out += ["## Challenges", ""]
        for challenge in document["challenges"]:
            text = f"- {'After' if challenge['signed'] else 'Before'} verification, where {conditions(challenge['when'])}"
            text += "".join(f", and {code(c['value'])} equals {code(c['equals'])}" for c in challenge.get("check", []))
            text += f": answered {reply(challenge['reply'])}"
            if "store" in challenge:
                text += f". {code(challenge['store']['value'])} becomes the secret `{challenge['store']['secret']}`, if the endpoint's window is open and there is none yet"
            if "fetch" in challenge:
                text += f". The address in {code(challenge['fetch']['url'])} is fetched, only from " + ", ".join(code(host) for host in challenge["fetch"]["hosts"])
            out.append(text)
        out.append("")
    if "event" in document:
        event, parse = document["event"], document["parse"]
        out += ["## Events", ""]
        if "split" in parse or parse.get("lists"):
            what = "the body" if parse.get("split", "$") == "$" else code(parse["split"])
            out += [f"One event for each item of {what}.", ""]
        out += ["| field | read from |", "|---|---|"]
        out += fields(event, [("eventType", "type"), ("eventId", "id"), ("appUserId", "app_user_id"), ("eventPayload", "payload"), ("occurredAt", "occurred_at")])
        if "window" in event:
            out.append(f"| de-duplication | {'where there is no id, ' if 'id' in event else ''}by the body's digest, for {span(event['window'])} |")
        out += [""]
        for check in event.get("skip_when", []):
            out += [f"Where {code(check['value'])} is {code(check['equals'])} there is no event.", ""]
    if "acknowledge" in document:
        answer = document["acknowledge"]
        out += [f"Acknowledged with {reply(answer)}" + (f"; {document['title']} waits {span(answer['deadline'])}" if "deadline" in answer else "") + ".", ""]
    if "map" in document:
        out += [f"A new connection's app user is {code(document['map']['connect'])}.", ""]
    if "action" in document:
        out += ["## Actions", "", f"To be answered within {span(document['action'].get('deadline', 3))}.", "", "| where | eventType | actionId | appUserId | answer |", "|---|---|---|---|---|"]
        for form in document["action"]["forms"]:
            answer = reply(form.get("reply", {}))
            if form.get("needs_reply"):
                answer = f"the reply destination's; else {answer}"
            out.append(f"| {conditions(form['when']) if form.get('when') else 'otherwise'} | {code(form['type'])} | {code(form['action_id'])} | {code(form['app_user_id'])} | {answer} |")
        out.append("")
    if "token_check" in document:
        check = document["token_check"]
        how = {"call": f"`{check.get('method', 'GET')} {check.get('path', '')}` below the base URI", "userinfo": "a request to the userinfo URL",
               "introspection": "introspection (RFC 7662)"}[check["by"]]
        out += ["## Token check", "", f"By {how}.", ""]
    out += ["## Try it", "", "```sh", "# a recorded request: request line, headers, empty line, body",
            " \\\n  ".join([f"valetkey services try --preset {slug}", "--request request.http", "--public-url https://hooks.example/hooks/acme/key"] +
                          [f"--secret {s['name']}=@{s['name']}.txt" for s in document.get("secrets", []) if not s.get("optional")] +
                          [f"--parameter {p['name']}=..." for p in document.get("parameters", []) if not p.get("optional")]), "```"]
    return "\n".join(out) + "\n"


def index(documents):
    out = ["# Presets", "", "<!-- written by tools/preset_pages.py from catalog/presets; do not edit -->", "",
           "How the webhooks, button clicks and tokens of applications are verified and read, as data that ships with the broker.",
           "[catalog/presets/README.md](../../catalog/presets/README.md) explains the documents behind them, [what is left out](../../catalog/presets/UNCONFIRMED.md) and why.", "",
           "| preset | application | verification | actions | token check |", "|---|---|---|---|---|"]
    for d in documents:
        ways = ", ".join(dict.fromkeys({"hmac": f"HMAC-{r.get('algorithm', '').upper()}", "hash": f"plain {r.get('algorithm', '').upper()}", "asymmetric": r.get("algorithm", ""),
                                        "jwt": "JWT", "static": "static", "basic": "Basic", "url_secret": "in the address"}[r["scheme"]] for r in d["verify"]))
        out.append(f"| [{d['slug']}]({d['slug']}.md) | {d['title']} | {ways} | {'yes' if 'action' in d else ''} | {'yes' if 'token_check' in d else ''} |")
    return "\n".join(out) + "\n"


def pages():
    documents = []
    for path in sorted(glob.glob(os.path.join(ROOT, "catalog", "presets", "*.toml"))):
        with open(path, "rb") as f:
            documents.append(tomllib.load(f))
    written = {f"{d['slug']}.md": page(d) for d in documents}
    written["README.md"] = index(documents)
    return written


def differing(wanted, there):
    return [f"docs/presets/{name}: not what tools/preset_pages.py writes" for name in sorted(wanted.keys() | there.keys()) if wanted.get(name) != there.get(name)]


def stale():
    """A line for each page that differs from the catalogue, is missing or is left over."""
    there = {}
    for path in glob.glob(os.path.join(OUT, "*")):
        with open(path, encoding="utf-8") as f:
            there[os.path.basename(path)] = f.read()
    return differing(pages(), there)


def main():
    if "--check" in sys.argv[1:]:
        findings = stale()
        print("\n".join(findings))
        return 1 if findings else 0
    os.makedirs(OUT, exist_ok=True)
    wanted = pages()
    for name in set(os.listdir(OUT)) - wanted.keys():
        os.remove(os.path.join(OUT, name))
    for name, text in wanted.items():
        with open(os.path.join(OUT, name), "w", encoding="utf-8") as f:
            f.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
