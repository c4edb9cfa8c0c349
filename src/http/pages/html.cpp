#include "http/pages/html.hpp"

#include <fmt/format.h>

#include "model/digest.hpp"
#include "model/encoding.hpp"

namespace valetkey::http {
namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--paper:#fff;--back:#f4f6f8;--act:#0b5fff;--bad:#b42318;--good:#12733c}
@media (prefers-color-scheme:dark){:root{--ink:#e9edf1;--soft:#a3adb8;--line:#3a424c;--paper:#1a1f25;--back:#0f1317;--act:#6ea0ff;--bad:#ff8a7d;--good:#6ed597}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:16px/1.5 system-ui,sans-serif;display:flex;min-height:100vh;align-items:center;justify-content:center;padding:1rem}
main{background:var(--paper);border:1px solid var(--line);border-radius:14px;max-width:28rem;width:100%;padding:2rem;overflow-wrap:anywhere}
h1{font-size:1.35rem;line-height:1.3;margin:0 0 .75rem}
p{margin:.5rem 0}
ul{margin:.5rem 0 1rem;padding-inline-start:1.25rem}
li{margin:.3rem 0}
.soft{color:var(--soft);font-size:.9rem}
.bad h1{color:var(--bad)}
.good h1{color:var(--good)}
label{display:block;margin:1rem 0 .25rem;font-weight:600}
input,select{width:100%;font:inherit;color:inherit;background:var(--back);border:1px solid var(--line);border-radius:8px;padding:.6rem .7rem}
.actions{display:flex;gap:.75rem;margin-top:1.5rem;flex-wrap:wrap}
button,.button{flex:1;font:inherit;font-weight:600;text-align:center;text-decoration:none;border-radius:8px;padding:.7rem 1rem;border:1px solid var(--line);background:none;color:inherit;cursor:pointer}
button.main,.button.main{background:var(--act);border-color:var(--act);color:var(--paper)}
:focus-visible{outline:3px solid var(--act);outline-offset:2px}
code{font-size:.85rem}
)";

const std::string& style_source() {
  static const std::string kSource = fmt::format("'sha256-{}'", model::to_base64(model::sha256(kStyle)));
  return kSource;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

Response page(int status, std::string_view title, std::string_view body, const std::vector<std::string>& form_targets) {
  auto html = fmt::format(
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
      "<meta name=\"robots\" content=\"noindex\"><title>{}</title><style>{}</style></head><body>{}</body></html>\n",
      escaped(title), kStyle, body);
  auto policy = fmt::format("default-src 'none'; style-src {}; form-action 'self'", style_source());
  for (const auto& origin : form_targets) policy += ' ' + origin;
  return html_response(status, std::move(html), std::move(policy));
}

}  // namespace valetkey::http
