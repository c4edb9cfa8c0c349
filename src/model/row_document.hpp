#pragma once
// Documents of stored rows. One function per type, `members(io, record)`, names each member once; DocumentWriter and DocumentReader
// walk it, so that what is written is what is read. Empty members are left out; members that nobody knows are ignored, because the
// previous version must be able to run on rows of the next.
#include <boost/json.hpp>
#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "model/encoding.hpp"
#include "model/enum_spelling.hpp"
#include "model/error.hpp"
#include "model/id.hpp"
#include "model/json_reader.hpp"
#include "model/row.hpp"
#include "model/sealed.hpp"

namespace valetkey::model {

/// T is U or const U: lets one `members` serve writing and reading.
template <class T, class U>
concept Is = std::same_as<std::remove_const_t<T>, U>;

namespace detail {

template <class T>
concept Emptiable = requires(const T& value) {
  { value.empty() } -> std::same_as<bool>;
};
template <class T>
concept IdLike = requires { T::prefix(); };
template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;

using Texts = std::map<std::string, std::string>;
using TextPair = std::pair<std::string, std::string>;

}  // namespace detail

class DocumentWriter {
 public:
  template <class T>
  void operator()(std::string_view name, const T& value) {
    if constexpr (detail::kIsOptional<T>) {
      if (!value.has_value()) return;
    } else if constexpr (detail::Emptiable<T>) {
      if (value.empty()) return;
    }
    object_.emplace(name, to_json(value));
  }

  [[nodiscard]] boost::json::object take() { return std::move(object_); }

 private:
  template <class T>
  static boost::json::value to_json(const T& value) {
    if constexpr (std::same_as<T, bool> || std::same_as<T, std::string>) return boost::json::value(value);
    else if constexpr (std::integral<T>) return static_cast<std::int64_t>(value);
    else if constexpr (std::is_enum_v<T>) return boost::json::string(spelling(value));
    else if constexpr (std::same_as<T, WallTime>) return to_unix_ms(value);
    else if constexpr (std::same_as<T, Seconds>) return static_cast<std::int64_t>(value.count());
    else if constexpr (std::same_as<T, Sealed>) return boost::json::string(to_base64(value.bytes));
    else if constexpr (detail::IdLike<T>) return boost::json::string(value.str());
    else if constexpr (detail::kIsOptional<T>) return to_json(*value);
    else if constexpr (std::same_as<T, detail::TextPair>) return boost::json::array{value.first, value.second};
    else if constexpr (std::same_as<T, detail::Texts>) {
      boost::json::object out;
      for (const auto& [key, text] : value) out.emplace(key, text);
      return out;
    } else if constexpr (detail::kIsVector<T>) {
      boost::json::array out;
      for (const auto& item : value) out.push_back(to_json(item));
      return out;
    } else {
      DocumentWriter nested;
      members(nested, value);
      return nested.take();
    }
  }

  boost::json::object object_;
};

class DocumentReader {
 public:
  explicit DocumentReader(JsonReader reader) : reader_(std::move(reader)) {}

  template <class T>
  void operator()(std::string_view name, T& value) {
    const auto* json = reader_.raw(name);
    if (json != nullptr && !from_json(*json, value)) reader_.error(name, "is not readable");
  }

 private:
  static bool text_of(const boost::json::value& json, std::string& out) {
    if (!json.is_string()) return false;
    out = json.as_string();
    return true;
  }

  template <class T>
  static bool integer_of(const boost::json::value& json, T& out) {
    std::error_code failed;
    out = json.to_number<T>(failed);
    return !failed;
  }

  template <class T>
  static bool from_json(const boost::json::value& json, T& out) {
    if constexpr (std::same_as<T, bool>) {
      if (!json.is_bool()) return false;
      out = json.as_bool();
      return true;
    } else if constexpr (std::same_as<T, std::string>) {
      return text_of(json, out);
    } else if constexpr (std::integral<T>) {
      return integer_of(json, out);
    } else if constexpr (std::same_as<T, WallTime> || std::same_as<T, Seconds>) {
      std::int64_t number = 0;
      if (!integer_of(json, number)) return false;
      if constexpr (std::same_as<T, WallTime>) out = from_unix_ms(number);
      else out = Seconds{number};
      return true;
    } else if constexpr (std::is_enum_v<T> || std::same_as<T, Sealed> || detail::IdLike<T>) {
      std::string text;
      return text_of(json, text) && from_text(std::move(text), out);
    } else if constexpr (detail::kIsOptional<T>) {
      return from_json(json, out.emplace());
    } else if constexpr (std::same_as<T, detail::TextPair>) {
      return json.is_array() && json.as_array().size() == 2 && text_of(json.as_array()[0], out.first) &&
             text_of(json.as_array()[1], out.second);
    } else if constexpr (std::same_as<T, detail::Texts>) {
      return texts_of(json, out);
    } else if constexpr (detail::kIsVector<T>) {
      if (!json.is_array()) return false;
      for (const auto& item : json.as_array())
        if (!from_json(item, out.emplace_back())) return false;
      return true;
    } else {
      return nested_of(json, out);
    }
  }

  template <class T>
  static bool from_text(std::string text, T& out) {
    if constexpr (std::is_enum_v<T>) {
      const auto known = spelled<T>(text);
      if (known) out = *known;
      return known.has_value();
    } else if constexpr (std::same_as<T, Sealed>) {
      auto bytes = from_base64(text);
      if (bytes) out.bytes = std::move(*bytes);
      return bytes.has_value();
    } else {
      out = T{std::move(text)};
      return true;
    }
  }

  static bool texts_of(const boost::json::value& json, detail::Texts& out) {
    if (!json.is_object()) return false;
    for (const auto& [key, item] : json.as_object())
      if (!text_of(item, out[std::string(key)])) return false;
    return true;
  }

  template <class T>
  static bool nested_of(const boost::json::value& json, T& out) {
    if (!json.is_object()) return false;
    std::vector<FieldError> errors;
    DocumentReader nested(JsonReader(json.as_object(), "", errors));
    members(nested, out);
    return errors.empty();
  }

  JsonReader reader_;
};

/// A text column: null where the text is empty, since empty means absent.
Column text_column(std::string_view text);
/// The text of a column; empty for null.
std::string text_of(const Column& column);
Column time_column(const std::optional<WallTime>& time);
std::optional<WallTime> time_of(const Column& column);
std::int64_t integer_of(const Column& column);

/// The document of a record.
template <class Record>
std::string document_of(const Record& record) {
  DocumentWriter writer;
  members(writer, record);
  return boost::json::serialize(writer.take());
}

/// kIntegrity unless the row is of this kind, has its columns in their types, and holds a JSON object, which is put into `json`.
Result<void> check_row(const Row& row, Kind kind, boost::json::value& json);
Error unreadable_row(Kind kind, const std::vector<FieldError>& errors);

/// Fills `record` from the document of `row`.
template <class Record>
Result<void> read_document(const Row& row, Kind kind, Record& record) {
  boost::json::value json;
  if (auto checked = check_row(row, kind, json); !checked) return checked;
  std::vector<FieldError> errors;
  DocumentReader reader(JsonReader(json.as_object(), "", errors));
  members(reader, record);
  if (!errors.empty()) return fail(unreadable_row(kind, errors));
  return {};
}

}  // namespace valetkey::model
