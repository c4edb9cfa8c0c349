"""Format: clang-format on every C++ file."""

import concurrent.futures
import os
import subprocess
import sys

import tree


BATCH = 40


def unformatted(paths):
    run = subprocess.run(["clang-format-19", "--dry-run", "--ferror-limit=1", *paths], text=True, capture_output=True, check=False)
    if run.returncode != 0:
        return [run.stderr.strip() or "clang-format-19 failed"]
    return [line.split(": warning:")[0] for line in run.stderr.splitlines() if ": warning:" in line]


def main():
    paths = tree.files(".cpp", ".hpp")
    if not paths:
        return tree.report([], "no C++ file")
    batches = [paths[i:i + BATCH] for i in range(0, len(paths), BATCH)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        findings = sorted({finding for found in pool.map(unformatted, batches) for finding in found})
    return tree.report([f"{f}: not formatted (make fmt)" for f in findings], f"{len(paths)} files")


if __name__ == "__main__":
    os.chdir(tree.ROOT)
    sys.exit(main())
