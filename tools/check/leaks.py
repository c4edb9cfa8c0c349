"""Leak scan: tools/check/leaks.py FOLDER searches every byte below FOLDER for the secrets that the tests used.

FOLDER/secrets.txt holds them, one a line, appended by the tests when they make or receive one. Each is searched for as
it is, percent-encoded, in hex, and in base64 at its three alignments. Databases, write-ahead logs, logs, everything
counts. A core file anywhere below FOLDER or in the tree is a finding too.
"""

import base64
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse

SHORTEST = 12                              # bytes; anything shorter is found by chance
CORE = re.compile(r"^(core|core\.\d+|vgcore\.\d+)$")


def forms_of(secret):
    raw = secret.encode()
    yield "plain", raw
    yield "percent-encoded", urllib.parse.quote(secret, safe="").encode()
    yield "hex", raw.hex().encode()
    for shift in range(3):
        # the characters that depend on neighbours are cut off
        for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
            coded = encode(b"\0" * shift + raw).rstrip(b"=")
            first = 0 if shift == 0 else shift + 1
            last = len(coded) - (0 if (len(raw) + shift) % 3 == 0 else 1)
            if last - first >= SHORTEST:
                yield name, coded[first:last]


def matches(folder, patterns):
    """(path, offset, pattern) of every match; grep reads many patterns at once, and any bytes."""
    with tempfile.NamedTemporaryFile() as listed:
        listed.write(b"\n".join(patterns))
        listed.flush()
        run = subprocess.run(["grep", "-raFobZ", "--exclude=secrets.txt", "-f", listed.name, folder], capture_output=True,
                             check=False, env={**os.environ, "LC_ALL": "C"})
    if run.returncode > 1:
        sys.exit("leaks: grep: " + run.stderr.decode(errors="replace").strip())
    for line in run.stdout.splitlines():
        path, rest = line.split(b"\0", 1)
        offset, pattern = rest.split(b":", 1)
        yield path.decode(), int(offset), pattern


def main():
    folder = sys.argv[1]
    listed = os.path.join(folder, "secrets.txt")
    if not os.path.isfile(listed):
        sys.exit(f"leaks: {listed} is missing: no test recorded a secret, so that a scan would prove nothing")
    with open(listed, encoding="utf-8") as f:
        secrets = sorted({line.rstrip("\n") for line in f if len(line.strip()) >= SHORTEST})
    if not secrets:
        sys.exit(f"leaks: {listed} holds no secret of {SHORTEST} bytes or more")

    meaning = {}
    for number, secret in enumerate(secrets):
        for form, coded in forms_of(secret):
            meaning.setdefault(coded, (number, form))
    leaks = set()
    for path, offset, pattern in matches(folder, list(meaning)):
        number, form = meaning[pattern]
        if (path, number, form) not in leaks:
            leaks.add((path, number, form))
            print(f"{path}: byte {offset}: secret {number + 1} ({secrets[number][:4]}...), {form}")

    files = size = cores = 0
    for place, _, names in os.walk(folder):
        for path in (os.path.join(place, name) for name in names):
            if os.path.isfile(path) and not os.path.islink(path):
                files += 1
                size += os.path.getsize(path)
            if CORE.match(os.path.basename(path)):
                print(f"{path}: a core file")
                cores += 1
    for name in os.listdir("."):
        if CORE.match(name):
            print(f"{name}: a core file")
            cores += 1
    print(f"leaks: {len(leaks)} secrets found in clear, {cores} core files; "
          f"searched for {len(secrets)} secrets in {files} files, {size / 1e6:.1f} MB")
    return 1 if leaks or cores else 0


if __name__ == "__main__":
    sys.exit(main())
