"""The checks themselves: each finds what it is for, and leaves alone what is right."""

import os
import re
import sys
import unittest

import coverage
import hygiene
import layers
import leaks
import presets
import tree

ALLOWED = {"model": [], "ports": ["model"], "oauth": ["vault", "ports", "model"], "vault": ["ports"], "adapters": ["ports", "model"],
           "tests": ["support", "adapters/system"]}


def includes(path, text):
    return list(layers.include_findings(path, layers.without_comments(text), ALLOWED))


def bans(path, text):
    listed = layers.bans_of(tree.table("bans.txt"))
    return [name for name, _ in layers.ban_findings(path, layers.without_comments(text), listed)]


class Layers(unittest.TestCase):
    def test_allowed_includes(self):
        for path, target in [("src/oauth/a.cpp", "ports/store.hpp"), ("src/oauth/a.cpp", "oauth/b.hpp"), ("src/app.cpp", "adapters/sqlite/store.hpp"),
                             ("src/adapters/sqlite/a.cpp", "adapters/sqlite/b.hpp"), ("src/oauth/a_test.cpp", "support/clock.hpp"), ("src/vault/a_test.cpp", "adapters/system/random.hpp"),
                             ("src/adapters/catalog/a.cpp", "embedded/catalogue.hpp")]:
            self.assertEqual(includes(path, f'#include "{target}"\n'), [], (path, target))

    def test_forbidden_includes(self):
        for path, target in [("src/model/a.hpp", "ports/store.hpp"), ("src/oauth/a.cpp", "http/server.hpp"), ("src/oauth/a.cpp", "config.hpp"),
                             ("src/adapters/sqlite/a.cpp", "adapters/curl/b.hpp"), ("src/adapters/sqlite/a.cpp", "oauth/b.hpp"),
                             ("src/oauth/a.cpp", "support/clock.hpp"), ("src/vault/a.cpp", "adapters/system/random.hpp"),
                             ("src/vault/a_test.cpp", "adapters/sqlite/b.hpp"), ("src/oauth/a.cpp", "../model/id.hpp"), ("src/other/a.cpp", "model/id.hpp")]:
            self.assertEqual(len(includes(path, f'#include "{target}"\n')), 1, (path, target))

    def test_comments_are_no_code(self):
        self.assertEqual(includes("src/model/a.hpp", '// #include "http/a.hpp"\n/* #include "http/a.hpp" */\n'), [])
        self.assertEqual(bans("src/oauth/a.cpp", 'f("http://x"); // std::regex\n/* RAND_bytes( */\n'), [])
        self.assertEqual(layers.without_comments('"// kept" // gone'), '"// kept"        ')

    def test_bans(self):
        for path, text, name in [("src/oauth/a.cpp", 'q("SELECT x FROM y");', "sql"), ("src/http/a.cpp", 'q(R"(\n insert into\n t values)");', None),
                                 ("src/oauth/a.cpp", 'q("delete from grants where id = ?");', "sql"), ("src/adapters/sqlite/a.cpp", 'q("SELECT x FROM y");', None),
                                 ("src/oauth/a.cpp", "std::regex r;", "regex"), ("src/adapters/system/a.cpp", "std::chrono::system_clock::now();", None),
                                 ("src/vault/a.cpp", "std::chrono::steady_clock::now();", "clock"), ("src/vault/a.cpp", "RAND_bytes(p, 1);", "random"),
                                 ("src/http/a.cpp", "std::this_thread::sleep_for(1s);", "sleep"), ("src/oauth/a.cpp", "clock.sleep_until(t);", None),
                                 ("src/http/a.cpp", "namespace beast = boost::beast;", None), ("src/oauth/a.cpp", "#include <boost/beast/http.hpp>", "beast"),
                                 ("src/http/a.hpp", "#include <boost/beast/http.hpp>", "heavy header"), ("src/oauth/a.cpp", "token.expiry_time();", None),
                                 ("src/main.cpp", "#include <toml++/toml.h>", None), ("src/oauth/a.cpp", "#include <curl/curl.h>", "curl")]:
            self.assertEqual(bans(path, text), [name] if name else [], (path, text))


class Coverage(unittest.TestCase):
    def test_names(self):
        cpp = "TEST(Vault, security_s40_nonce) {}\nTEST_F(F,\n checklist_02_state) {}\n// TEST(A, b)\nTEST(A, DISABLED_checklist_03_x) {}\nASYNC_TEST(S, refresh_5_4_x) {"
        self.assertEqual([n for _, n in coverage.CPP_TEST.findall(cpp)],
                         ["security_s40_nonce", "checklist_02_state", "DISABLED_checklist_03_x", "refresh_5_4_x"])
        node = "test('security_s07_a', () => {});\n  await t.test(\"checklist_01_b\");\nit(`c`);\ntest.skip('d');\nmatch.test('e')"
        self.assertIn("security_s07_a", [m[1] or m[2] or m[3] for m in coverage.NODE_TEST.finditer(node)])
        self.assertNotIn("d", [m[1] for m in coverage.NODE_TEST.finditer(node)])

    def test_tags(self):
        self.assertEqual(coverage.TAG.findall("security_s07_checklist_02_x refresh_rule_21_y refresh_5_4_z security_s7_no"),
                         ["security_s07", "checklist_02", "refresh_rule_21", "refresh_5_4"])

    def test_rules_are_complete(self):
        rules = list(coverage.two_columns("rules.txt"))
        for prefix, count in [("checklist_", 35), ("refresh_rule_", 21), ("refresh_5_", 8)]:
            self.assertEqual(sum(r.startswith(prefix) for r in rules), count)


class Hygiene(unittest.TestCase):
    def found(self, text):
        return [name for name, pattern in hygiene.FORBIDDEN if pattern.search(text)]

    def test_found(self):
        slash = "/"
        for text in [f"{slash}home/someone/x", f" {slash}root/", f'"{slash}root"', f"({slash}Users/me)"]:
            self.assertEqual(self.found(text), ["path of one machine"], text)
        self.assertEqual(self.found("ghp" + "_" + "a" * 36), ["token of a provider"])
        self.assertEqual(self.found("-----BEGIN EC PRIVATE" + " KEY-----"), ["private key"])

    def test_left_alone(self):
        slash = "/"
        for text in ["src/adapters/root_key/file.cpp", "adapters/root/", f"$HOME{slash}home{slash}x", "https://example.org/home", "/rooted", f"~{slash}home{slash}x"]:
            self.assertEqual(self.found(text), [], text)


class Leaks(unittest.TestCase):
    def test_base64_is_found_at_every_alignment(self):
        import base64
        secret = "s3cret/with+odd=bytes"
        forms = [coded for name, coded in leaks.forms_of(secret) if name.startswith("base64")]
        for before in range(6):
            for after in range(6):
                coded = base64.b64encode(b"x" * before + secret.encode() + b"y" * after)
                self.assertTrue(any(form in coded for form in forms), (before, after))


class Presets(unittest.TestCase):
    def test_stale_pages_are_found(self):
        wanted = presets.preset_pages.pages()
        self.assertEqual(presets.preset_pages.differing(wanted, wanted), [])
        changed = {**wanted, "slack.md": wanted["slack.md"] + "x", "gone.md": ""}
        self.assertEqual([line.split(":")[0] for line in presets.preset_pages.differing(wanted, changed)], ["docs/presets/gone.md", "docs/presets/slack.md"])


if __name__ == "__main__":
    os.chdir(tree.ROOT)
    result = unittest.TextTestRunner(verbosity=0, stream=open(os.devnull, "w", encoding="utf-8")).run(
        unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]))
    bad = [re.sub(r"\s+", " ", f"{case}: {text.strip().splitlines()[-1]}") for case, text in result.failures + result.errors]
    sys.exit(tree.report(bad, f"{result.testsRun} tests of the checks"))
