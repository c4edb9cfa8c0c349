#include "model/records.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <boost/pfr.hpp>
#include <concepts>

#include "contract/sample_records.hpp"

namespace valetkey::test {
namespace {

template <class T>
concept Record = std::is_aggregate_v<T> && !requires(const T& a) {
  { a == a } -> std::same_as<bool>;
};

template <class T>
bool same(const T& a, const T& b);

template <class T>
bool same(const std::optional<T>& a, const std::optional<T>& b) {
  return a.has_value() == b.has_value() && (!a || same(*a, *b));
}

template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) { return same(x, y); });
}

/// Member by member, so that a member that is added later is compared, too.
template <class T>
bool same(const T& a, const T& b) {
  if constexpr (Record<T>) {
    bool all = true;
    boost::pfr::for_each_field(a, [&]<class Index>(const auto& field, Index) {
      const bool one = same(field, boost::pfr::get<Index::value>(b));
      EXPECT_TRUE(one) << "member " << Index::value << " of " << typeid(T).name();
      all &= one;
    });
    return all;
  } else {
    return a == b;
  }
}

/// Whether a member of `record` holds what it holds by default: then a test of that record would not see it being lost.
template <class T>
std::vector<std::size_t> members_left_out(const T& record) {
  std::vector<std::size_t> out;
  const T by_default{};
  boost::pfr::for_each_field(record, [&]<class Index>(const auto& field, Index) {
    const auto& other = boost::pfr::get<Index::value>(by_default);
    if constexpr (Record<std::remove_cvref_t<decltype(field)>>) {
      if (!members_left_out(field).empty()) out.push_back(Index::value);
    } else if constexpr (requires { field.empty(); }) {
      if (field.empty()) out.push_back(Index::value);
    } else if constexpr (requires { field.has_value(); }) {
      if (!field.has_value()) out.push_back(Index::value);
    } else {
      if (field == other) out.push_back(Index::value);
    }
  });
  return out;
}

template <class T>
class Records : public testing::Test {};

using AllRecords = testing::Types<model::Installation, model::Tenant, model::ApiKey, model::CustomIntegration, model::CallbackKey,
                                  model::Credential, model::EndpointSet, model::Connection, model::Grant, model::ConnectSession,
                                  model::Flow, model::ConfigService, model::ServiceVersion, model::Endpoint, model::EndpointKey,
                                  model::ReceivedRequest, model::SeenEvent, model::Destination, model::Delivery, model::EventCursor>;
TYPED_TEST_SUITE(Records, AllRecords);

TYPED_TEST(Records, the_sample_sets_every_member) { EXPECT_EQ(members_left_out(sample<TypeParam>()), std::vector<std::size_t>{}); }

TYPED_TEST(Records, come_back_with_every_member_set) {
  const auto record = sample<TypeParam>();
  const auto row = model::to_row(record);
  EXPECT_EQ(row.kind, model::kKindOf<TypeParam>);
  EXPECT_EQ(row.columns.size(), model::facts(row.kind).columns.size());
  for (const auto& column : row.columns) EXPECT_FALSE(std::holds_alternative<std::monostate>(column));
  const auto back = model::from_row<TypeParam>(row);
  ASSERT_TRUE(back.has_value()) << back.error().log.text;
  EXPECT_TRUE(same(*back, record));
}

TYPED_TEST(Records, come_back_with_nothing_set) {
  const TypeParam record{};
  const auto row = model::to_row(record);
  const auto back = model::from_row<TypeParam>(row);
  ASSERT_TRUE(back.has_value()) << back.error().log.text;
  EXPECT_TRUE(same(*back, record));
}

TYPED_TEST(Records, absent_text_is_null_in_a_column) {
  for (const auto& column : model::to_row(TypeParam{}).columns)
    if (const auto* text = std::get_if<std::string>(&column)) EXPECT_FALSE(text->empty());
}

TYPED_TEST(Records, an_empty_document_is_a_record_of_defaults) {
  auto row = model::to_row(TypeParam{});
  row.doc = "{}";
  ASSERT_TRUE(model::from_row<TypeParam>(row).has_value());
  EXPECT_TRUE(same(*model::from_row<TypeParam>(row), TypeParam{})) << "members that a later version adds have defaults";
}

TYPED_TEST(Records, members_of_a_later_version_are_ignored) {
  auto row = model::to_row(sample<TypeParam>());
  row.doc.insert(1, R"("of_a_later_version":[1,{"a":null}],)");
  EXPECT_TRUE(model::from_row<TypeParam>(row).has_value());
}

TYPED_TEST(Records, what_cannot_be_read_is_an_integrity_error) {
  const auto row = model::to_row(sample<TypeParam>());
  const auto code_of = [](const model::Row& broken) {
    const auto read = model::from_row<TypeParam>(broken);
    return read ? model::Code::kInternal : read.error().code;
  };
  for (const std::string doc : {"", "{", "[]", "null", "{} ", "{}{}", "\"x\""}) {
    auto broken = row;
    broken.doc = doc;
    if (doc != "{} ") EXPECT_EQ(code_of(broken), model::Code::kIntegrity) << doc;
  }
  auto of_another_kind = row;
  of_another_kind.kind = row.kind == model::Kind::kGrant ? model::Kind::kFlow : model::Kind::kGrant;
  EXPECT_EQ(code_of(of_another_kind), model::Code::kIntegrity);
  auto with_more = row;
  with_more.columns.emplace_back(std::int64_t{1});
  EXPECT_EQ(code_of(with_more), model::Code::kIntegrity);
  for (std::size_t i = 0; i < row.columns.size(); ++i) {
    auto retyped = row;
    if (std::holds_alternative<std::string>(row.columns[i])) retyped.columns[i] = std::int64_t{1};
    else retyped.columns[i] = std::string("1");
    EXPECT_EQ(code_of(retyped), model::Code::kIntegrity) << "column " << i;
  }
}

TYPED_TEST(Records, a_member_of_another_type_is_an_integrity_error_that_names_it) {
  const auto row = model::to_row(sample<TypeParam>());
  auto document = boost::json::parse(row.doc).as_object();
  for (const auto& [name, value] : boost::json::parse(row.doc).as_object()) {
    auto broken = document;
    broken[name] = value.is_number() ? boost::json::value("text") : boost::json::value(1.5);
    auto changed = row;
    changed.doc = boost::json::serialize(broken);
    const auto read = model::from_row<TypeParam>(changed);
    ASSERT_FALSE(read.has_value()) << name;
    EXPECT_EQ(read.error().code, model::Code::kIntegrity);
    EXPECT_NE(read.error().log.text.find(name), std::string::npos);
    EXPECT_EQ(read.error().detail.find("1.5"), std::string::npos);
  }
}

TEST(RecordRows, ids_are_those_of_the_contract) {
  EXPECT_EQ(model::to_row(sample<model::Installation>()).id, "installation");
  EXPECT_EQ(model::to_row(sample<model::EndpointSet>()).id, "cred_1/7");
  EXPECT_EQ(model::to_row(sample<model::CustomIntegration>()).id, "ten_a/acme");
  EXPECT_EQ(model::to_row(sample<model::Tenant>()).tenant, "ten_a") << "so that it goes with the tenant";
  EXPECT_EQ(model::to_row(sample<model::Installation>()).tenant, "");
}

TEST(RecordRows, columns_are_in_the_order_of_the_kind) {
  using Columns = std::vector<model::Column>;
  const auto ms = [](std::int64_t offset) { return model::to_unix_ms(at(offset)); };
  const auto text = [](const char* value) { return std::string(value); };
  EXPECT_EQ(model::to_row(sample<model::ApiKey>()).columns, (Columns{text("0a0b"), text("installation")}));
  EXPECT_EQ(model::to_row(sample<model::CustomIntegration>()).columns, (Columns{text("acme")}));
  EXPECT_EQ(model::to_row(sample<model::CallbackKey>()).columns, (Columns{text("cb_key"), text("acme")}));
  EXPECT_EQ(model::to_row(sample<model::Credential>()).columns, (Columns{text("Main"), text("acme")}));
  EXPECT_EQ(model::to_row(sample<model::EndpointSet>()).columns, (Columns{text("cred_1"), std::int64_t{7}}));
  EXPECT_EQ(model::to_row(sample<model::Connection>()).columns,
            (Columns{text("cred_1"), text("user_1"), text("needs_reconnect"), text("aud read"), text("U024")}));
  EXPECT_EQ(model::to_row(sample<model::Grant>()).columns,
            (Columns{text("conn_1"), text("cred_1"), std::int64_t{12}, ms(25), text("dk_1")}));
  EXPECT_EQ(model::to_row(sample<model::ConnectSession>()).columns, (Columns{text("0e0f"), ms(5)}));
  EXPECT_EQ(model::to_row(sample<model::Flow>()).columns, (Columns{ms(6)}));
}

TEST(RecordRows, an_override_to_nothing_is_not_an_absent_one) {
  auto credential = sample<model::Credential>();
  credential.overrides = {};
  credential.overrides.issuer = "";
  credential.overrides.refresh_params = model::Parameters{};
  credential.overrides.pkce = false;
  const auto back = model::from_row<model::Credential>(model::to_row(credential));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->overrides.issuer, "");
  EXPECT_EQ(back->overrides.refresh_params, model::Parameters{});
  EXPECT_EQ(back->overrides.pkce, false);
  EXPECT_FALSE(back->overrides.token_url.has_value());
}

TEST(RecordRows, an_unknown_state_is_an_integrity_error) {
  auto connection = model::to_row(sample<model::Connection>());
  connection.columns[2] = std::string("Active");
  EXPECT_EQ(model::from_row<model::Connection>(connection).error().code, model::Code::kIntegrity);
  connection.columns[2] = model::Column{};
  EXPECT_EQ(model::from_row<model::Connection>(connection).error().code, model::Code::kIntegrity);
  auto key = model::to_row(sample<model::ApiKey>());
  key.columns[1] = std::string("root");
  EXPECT_EQ(model::from_row<model::ApiKey>(key).error().code, model::Code::kIntegrity);
  auto grant = model::to_row(sample<model::Grant>());
  grant.doc = R"({"attempt":"maybe"})";
  EXPECT_EQ(model::from_row<model::Grant>(grant).error().code, model::Code::kIntegrity);
}

}  // namespace
}  // namespace valetkey::test
