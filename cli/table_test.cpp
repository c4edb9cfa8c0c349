#include "cli/table.hpp"

#include <gtest/gtest.h>

#include "cli/text.hpp"

namespace valetkey::cli {
namespace {

TEST(Table, columns_are_aligned_by_what_is_widest) {
  EXPECT_EQ(table_text({"ID", "NAME", "STATE"}, {{"conn_1", "a", "active"}, {"c", "longer", "held"}}, {}),
            "ID      NAME    STATE\n"
            "conn_1  a       active\n"
            "c       longer  held\n");
}

TEST(Table, no_rows_leave_the_titles) { EXPECT_EQ(table_text({"ID", "NAME"}, {}, {}), "ID  NAME\n"); }

TEST(Table, letters_beyond_ascii_take_one_column) {
  EXPECT_EQ(table_text({"NAME", "X"}, {{"zoë", "1"}, {"anna", "2"}}, {}),
            "NAME  X\n"
            "zoë   1\n"
            "anna  2\n");
}

TEST(Table, the_last_column_ends_at_the_edge_of_the_terminal) {
  EXPECT_EQ(table_text({"ID", "WHAT"}, {{"a", "123456789012"}}, {.has_colour = false, .width = 16}), "ID  WHAT\na   123456789012\n");
  EXPECT_EQ(table_text({"ID", "WHAT"}, {{"a", "1234567890123"}}, {.has_colour = false, .width = 16}), "ID  WHAT\na   12345678901…\n");
}

TEST(Table, colour_is_for_titles_and_states_and_takes_no_column) {
  EXPECT_EQ(table_text({"STATE", "X"}, {{"held", "other"}}, {.has_colour = true, .width = 0}),
            "\x1b[1mSTATE\x1b[0m  \x1b[1mX\x1b[0m\n"
            "\x1b[33mheld\x1b[0m   other\n");
}

TEST(Table, pairs_go_on_below_themselves) {
  EXPECT_EQ(pairs_text({{"id", "x"}, {"scopes", "a\nb"}}, {}), "id      x\nscopes  a\n        b\n");
}

TEST(Text, security_s22_text_from_outside_cannot_steer_the_terminal) {
  EXPECT_EQ(printable("a\x1b[31m\r\nb\x7f\x01"), "a?[31m??b??");
  EXPECT_EQ(printable("csi \xc2\x9b"
                      "31m, café"),
            "csi ?31m, café");
  EXPECT_EQ(printable("a\nb\tc\x07", true), "a\nb\tc?");
}

TEST(Text, a_key_in_the_wrong_place_is_not_repeated) {
  EXPECT_EQ(masked("not expected: vk_0123456789abcdef and vki_0123456789abcdef, x"), "not expected: vk_*** and vk_***, x");
  EXPECT_EQ(masked("vk_short and dev_vk_0123456789abcdef"), "vk_short and dev_vk_0123456789abcdef");
}

TEST(Text, ids_and_values_are_encoded_for_a_path) { EXPECT_EQ(percent_encoded("a/b ?#%é_-.~"), "a%2Fb%20%3F%23%25%C3%A9_-.~"); }

}  // namespace
}  // namespace valetkey::cli
