"""clang-tidy on the C++ files that changed, newest first, at most TIDY_FILES (25) of them.

Changed: against the merge-base with origin/main; where that is this commit or unknown, in the last 20 commits; and what
is not committed. A file whose text, headers and .clang-tidy did not change since it was found clean is not read again.
"""

import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys

import tree

BUILD = "build/dev"
CLEAN = "build/tidy"                       # one empty file per clean input, named by its digest
COMMITS = 20


def git(*arguments):
    run = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    return run.stdout.split("\n") if run.returncode == 0 else []


def changed_files():
    """Paths, newest first: uncommitted ones, then by commit."""
    dirty = git("diff", "--name-only", "HEAD") + git("ls-files", "-o", "--exclude-standard")
    dirty = [p for p in dirty if p and os.path.isfile(p)]
    dirty.sort(key=os.path.getmtime, reverse=True)
    base = next(iter(git("merge-base", "HEAD", "origin/main")), "")
    head = next(iter(git("rev-parse", "HEAD")), "")
    committed = (git("log", "--format=", "--name-only", f"{base}..HEAD") if base and base != head else
                 git("log", "--format=", "--name-only", f"-{COMMITS}"))
    return list(dict.fromkeys(p for p in dirty + committed if p and os.path.isfile(p)))


def database():
    """source path -> object, of the dev build; configures it when that was never done."""
    if not os.path.isfile(f"{BUILD}/compile_commands.json"):
        run = subprocess.run(["cmake", "--preset", "dev"], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            sys.exit("configure the dev build: " + run.stderr.strip()[-2000:])
    with open(f"{BUILD}/compile_commands.json", encoding="utf-8") as f:
        entries = json.load(f)
    object_of = re.compile(r" -o (\S+)")
    return {os.path.relpath(e["file"], tree.ROOT): (m[1] if (m := object_of.search(e["command"])) else "") for e in entries}


def ninja(*arguments):
    return subprocess.run(["ninja", "-C", BUILD, *arguments], capture_output=True, text=True, check=False)


def build_inputs():
    """What the compiler needs before any source compiles: precompiled header, generated headers."""
    targets = [line.split(":")[0] for line in ninja("-t", "targets", "all").stdout.splitlines()]
    wanted = [t for t in targets if t.endswith("cmake_pch.hxx.pch") or ("embedded/" in t and t.endswith(".hpp") and not t.startswith("/"))]
    if wanted:
        run = ninja(*wanted)
        if run.returncode != 0:
            sys.exit("build the precompiled header: " + run.stdout.strip()[-2000:])


def digest(path, output):
    """Of everything of ours that the result depends on; None while the build does not know the dependencies."""
    lines = ninja("-t", "deps", output).stdout.splitlines() if output else []
    if not lines or "deps not found" in lines[0] or "STALE" in lines[0]:
        return None
    ours = sorted(p for line in lines[1:] if (p := os.path.normpath(os.path.join(tree.ROOT, BUILD, line.strip()))).startswith(tree.ROOT))
    hashed = hashlib.sha256()
    for name in [path, ".clang-tidy", *ours]:
        if os.path.isfile(name) and not name.endswith(".pch"):
            with open(name, "rb") as f:
                hashed.update(name.encode() + b"\0" + f.read())
    return hashed.hexdigest()


def findings_of(path, output):
    key = digest(path, output)
    if key and os.path.exists(f"{CLEAN}/{key}"):
        return []
    run = subprocess.run(["clang-tidy-19", "-p", BUILD, "--quiet", path], capture_output=True, text=True, check=False)
    if run.returncode == 0 and not run.stdout.strip():
        if key:
            open(f"{CLEAN}/{key}", "w", encoding="utf-8").close()
        return []
    text = (run.stdout.strip() or run.stderr.strip()).replace(tree.ROOT + "/", "")
    return re.split(r"\n(?=\S+:\d+:\d+: (?:error|warning))", text)


def main():
    known = database()
    candidates = [p for p in changed_files() if p.endswith(".cpp") and p in known]
    limit = int(os.environ.get("TIDY_FILES", "25"))
    chosen = candidates[:limit]
    if chosen:
        build_inputs()
        os.makedirs(CLEAN, exist_ok=True)
    findings = []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for found in pool.map(lambda p: findings_of(p, known[p]), chosen):
            findings += [f for f in found if f not in findings]        # a header is read by many files
    left = len(candidates) - len(chosen)
    return tree.report(findings, f"{len(chosen)} changed files" + (f", {left} older ones left out" if left else ""))


if __name__ == "__main__":
    os.chdir(tree.ROOT)
    sys.exit(main())
