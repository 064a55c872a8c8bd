// SPDX-License-Identifier: Apache-2.0
/* Tables as people see them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cli/table.h"

static char *printed(const struct table *t, int indent)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	table_print(t, f, indent);
	fclose(f);
	return text;
}

static void numbers_stand_right_and_texts_left(void **state)
{
	struct table *t = table_new("PORT|>FRAMES|LINK");
	char *text;

	table_cell(t, "%s", "uplink");
	table_cell(t, "%d", 7);
	table_cell(t, "up");
	table_cell(t, "%s", "vm1");
	table_cell(t, "%d", 123456789);
	table_cell(t, "down");
	text = printed(t, 0);
	assert_string_equal(text, "PORT       FRAMES  LINK\n"
				  "uplink          7  up\n"
				  "vm1     123456789  down\n");
	assert_int_equal(table_n_rows(t), 2);
	free(text);
	table_free(t);
}

static void empty_cells_leave_no_blanks_at_the_end(void **state)
{
	struct table *t = table_new(">N|A|B");
	char *text;

	table_cell(t, "1");
	table_cell(t, "%s", "");
	table_cell(t, "%s", "");
	table_cell(t, "%s", "");
	table_cell(t, "x");
	table_cell(t, "y");
	text = printed(t, 2);
	assert_string_equal(text, "  N  A  B\n"
				  "  1\n"
				  "     x  y\n");
	free(text);
	table_free(t);
}

static void characters_count_not_bytes(void **state)
{
	struct table *t = table_new("NAME|B");
	char *text;

	table_cell(t, "gr\xc3\xbc\xc3\x9f");
	table_cell(t, "1");
	text = printed(t, 0);
	assert_string_equal(text, "NAME  B\ngr\xc3\xbc\xc3\x9f  1\n");
	free(text);
	table_free(t);
}

static void control_characters_are_shown_as_question_marks(void **state)
{
	struct table *t = table_new("A");
	char *text;

	table_cell(t, "x\x1b[2J\n\x7f");
	text = printed(t, 0);
	assert_string_equal(text, "A\nx?[2J??\n");
	free(text);
	table_free(t);
}

static void table_without_rows_has_titles_only(void **state)
{
	struct table *t = table_new("A|>B");
	char *text = printed(t, 0);

	assert_int_equal(table_n_rows(t), 0);
	assert_string_equal(text, "A  B\n");
	free(text);
	table_free(t);
	table_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_stand_right_and_texts_left),
		cmocka_unit_test(empty_cells_leave_no_blanks_at_the_end),
		cmocka_unit_test(characters_count_not_bytes),
		cmocka_unit_test(control_characters_are_shown_as_question_marks),
		cmocka_unit_test(table_without_rows_has_titles_only),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
