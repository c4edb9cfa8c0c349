"""Rule coverage: every tag of rules.txt stands in the name of a test, or has its reason in out_of_reach.txt."""

import os
import re
import sys

import tree

# TEST(Suite, name), TEST_F, TEST_P, and our own ..._TEST macros; test('name'), it("name"), test.skip is not a test
CPP_TEST = re.compile(r"^[ \t]*[A-Z_]*TEST[A-Z_]*\(\s*(\w+)\s*,\s*(\w+)", re.M)
NODE_TEST = re.compile(r"""(?:^|[^.\w])(?:test|it)(?:\.only)?\(\s*(?:'([^'\n]+)'|"([^"\n]+)"|`([^`]+)`)""")
TAG = re.compile(r"(?:security_s\d\d|checklist_\d\d|refresh_rule_\d\d|refresh_5_\d)(?=_)")


def test_names(path):
    text = tree.read(path)
    if path.endswith(".cpp"):
        for suite, name in CPP_TEST.findall(text):
            if not name.startswith("DISABLED_") and not suite.startswith("DISABLED_"):
                yield name
    else:
        for match in NODE_TEST.finditer(text):
            yield match[1] or match[2] or match[3]


def two_columns(path):
    return {tag.strip(): text.strip() for tag, text in (line.split("|", 1) for line in tree.table(path))}


def main():
    paths = [p for p in tree.files(under=["src", "cli", "tests"])
             if p.endswith(("_test.cpp", ".mjs")) or (p.startswith("tests/") and p.endswith(".cpp"))]
    covered = {tag for path in paths for name in test_names(path) for tag in TAG.findall(name)}
    rules = two_columns("rules.txt")
    excused = two_columns("out_of_reach.txt")

    findings = [f"{tag}: no test bears its name: {title}" for tag, title in rules.items()
                if tag not in covered and tag not in excused]
    findings += [f"{tag}: listed as out of reach, but has a test" for tag in excused if tag in covered]
    findings += [f"{tag}: listed as out of reach, but is no rule of rules.txt" for tag in excused if tag not in rules]
    findings += [f"{tag}: out of reach without a reason" for tag, reason in excused.items() if not reason]
    shown = sum(tag in covered for tag in rules)
    return tree.report(findings, f"{len(rules)} rules: {shown} tested, {len(excused)} out of reach")


if __name__ == "__main__":
    os.chdir(tree.ROOT)
    sys.exit(main())
