#include "http/pages/flow_messages.hpp"

#include <array>
#include <utility>

namespace valetkey::http {
namespace {

using Entry = std::pair<std::string_view, FlowMessage>;

constexpr FlowMessage kGeneral{
    "The account could not be connected",
    "Nothing was connected. Go back to the product you came from and try again; if it happens again, tell its support.", 400};

constexpr std::array kMessages{
    Entry{"access_denied", {"You did not allow access", "Nothing was connected. If that was a mistake, go back and start again.", 200}},
    Entry{"state_missing",
          {"This page was opened without an answer to read", "Open the link you were given again and follow it from there.", 400}},
    Entry{"state_unknown",
          {"This answer was used already, or is not known", "Going back or reloading cannot work here. Open the link you were given again.",
           400}},
    Entry{"callback_mismatch",
          {"The answer came back to the wrong address",
           "Nothing was connected, to keep your account safe. Tell the support of the product you came from.", 400}},
    Entry{"browser_mismatch",
          {"This was begun in another browser",
           "Go on in the browser you began in, with cookies allowed, or open the link you were given again here.", 400}},
    Entry{"session_ended", {"This link has ended", "Ask the product you came from for a new link.", 410}},
    Entry{"expired",
          {"It took too long", "Nothing was connected. Ask the product you came from for a new link and follow it within a few minutes.",
           410}},
    Entry{"link_ended",
          {"This link is not valid", "It was used, has ended, or was never made. Ask the product you came from for a new one.", 404}},
    Entry{"link_in_use", {"This link is in use in another browser", "Go on there, or ask the product you came from for a new link.", 409}},
    Entry{"cross_site",
          {"Another site tried to press the button for you",
           "Nothing was connected. Open the link you were given and press the button yourself.", 403}},
    Entry{"issuer_mismatch",
          {"The answer came from the wrong server",
           "Nothing was connected, to keep your account safe. Tell the support of the product you came from.", 400}},
    Entry{"issuer_missing",
          {"The answer does not say where it came from",
           "Nothing was connected, to keep your account safe. Tell the support of the product you came from.", 400}},
    Entry{
        "account_mismatch",
        {"That is another account",
         "The connection you are renewing belongs to a different account and stays as it was. Sign out at the provider, start again, and choose the same account as before.",
         409}},
    Entry{"exchange_failed",
          {"The provider did not complete it",
           "Nothing was connected. Try again in a few minutes; if it happens again, tell the support of the product you came from.", 502}},
    Entry{"provider_error",
          {"The provider reported an error",
           "Nothing was connected. Try again in a few minutes; if it happens again, tell the support of the product you came from.", 502}},
    Entry{"account_unknown", {"The provider did not say which account it is", "Nothing was connected. Try again in a few minutes.", 502}},
    Entry{"lookup_failed",
          {"The provider did not say what the account can reach",
           "Nothing was connected. Try again in a few minutes; if it happens again, tell the support of the product you came from.", 502}},
    Entry{"choice_needed",
          {"Your account has several of these",
           "Nothing was connected. Open the link you were given again, and say there which one is meant.", 409}},
    Entry{"choice_unknown",
          {"Your account does not have the one you named",
           "Nothing was connected. Open the link you were given again, and say there which one is meant.", 409}},
    Entry{
        "choice_gone",
        {"Your account can no longer reach what this connection is for",
         "The connection stays as it was. Get access to it again at the provider, or open the link you were given again and name another.",
         409}},
    Entry{"quota_exceeded",
          {"No further connection can be made", "The product you came from has reached its limit. Tell its support.", 403}},
    Entry{"endpoints_changed",
          {"The settings changed while you were away", "Nothing was connected. Ask the product you came from for a new link.", 409}},
    Entry{"store_unavailable", {"We cannot save it right now", "Nothing was connected. Try again in a few minutes.", 503}},
    Entry{"store_busy", {"We cannot save it right now", "Nothing was connected. Try again in a minute.", 503}},
    Entry{"unavailable", {"We cannot read it right now", "Nothing was connected. Try again in a few minutes.", 503}},
};

}  // namespace

const FlowMessage& message_for(std::string_view code) {
  for (const auto& [known, message] : kMessages)
    if (known == code) return message;
  return kGeneral;
}

}  // namespace valetkey::http
