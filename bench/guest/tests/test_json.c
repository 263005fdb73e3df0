// SPDX-License-Identifier: GPL-2.0-only
#include "json.h"

#include "test.h"

static void check_string(const char *text, const char *wanted)
{
	struct json json = { 0 };

	json_string(&json, text);
	CHECK(!json.failed);
	CHECK(json.length == strlen(wanted));
	CHECK(!memcmp(json.text, wanted, json.length));
	json_free(&json);
}

static void test_strings(void)
{
	check_string("", "\"\"");
	check_string("a\"b\\c/", "\"a\\\"b\\\\c/\"");
	check_string("\n\t\x01\x1f\x7f", "\"\\u000a\\u0009\\u0001\\u001f\\u007f\"");
	check_string("gr\xc3\xbc\xc3\x9f", "\"gr\xc3\xbc\xc3\x9f\"");
	check_string("\xe2\x82\xac \xf0\x9f\x98\x80",
		     "\"\xe2\x82\xac \xf0\x9f\x98\x80\"");
	/* Stray, cut short, overlong, surrogate, beyond U+10FFFF. */
	check_string("\xff\x80", "\"\\u00ff\\u0080\"");
	check_string("\xc3", "\"\\u00c3\"");
	check_string("\xe2\x82", "\"\\u00e2\\u0082\"");
	check_string("\xf0\x9f\x98z", "\"\\u00f0\\u009f\\u0098z\"");
	check_string("\xc0\xaf", "\"\\u00c0\\u00af\"");
	check_string("\xe0\x80\xaf", "\"\\u00e0\\u0080\\u00af\"");
	check_string("\xed\xa0\x80", "\"\\u00ed\\u00a0\\u0080\"");
	check_string("\xf4\x90\x80\x80", "\"\\u00f4\\u0090\\u0080\\u0080\"");
}

static void test_structure(void)
{
	static const char wanted[] =
		"{\"a\":1,\"b\":[[0,18446744073709551615],[]],"
		"\"c\":true,\"d\":false,\"e\":{}}";
	struct json json = { 0 };

	json_open(&json, '{');
	json_key(&json, "a");
	json_u64(&json, 1);
	json_key(&json, "b");
	json_open(&json, '[');
	json_open(&json, '[');
	json_u64(&json, 0);
	json_u64(&json, UINT64_MAX);
	json_close(&json, ']');
	json_open(&json, '[');
	json_close(&json, ']');
	json_close(&json, ']');
	json_key(&json, "c");
	json_bool(&json, true);
	json_key(&json, "d");
	json_bool(&json, false);
	json_key(&json, "e");
	json_open(&json, '{');
	json_close(&json, '}');
	json_close(&json, '}');
	CHECK(json.length == strlen(wanted));
	CHECK(!memcmp(json.text, wanted, json.length));
	json_free(&json);
}

/* Past several sizes of the buffer, every byte in its place. */
static void test_growth(void)
{
	struct json json = { 0 };

	json_open(&json, '[');
	for (uint64_t i = 0; i < 100000; i++)
		json_u64(&json, i % 10);
	json_close(&json, ']');
	CHECK(!json.failed);
	CHECK(json.length == 200001);
	for (size_t i = 0; i < 100000; i++) {
		CHECK(json.text[1 + 2 * i] == (char)('0' + i % 10));
		CHECK(i == 99999 || json.text[2 + 2 * i] == ',');
	}
	json_free(&json);
	CHECK(!json.text && !json.length && !json.capacity);
}

int main(void)
{
	test_strings();
	test_structure();
	test_growth();
	return 0;
}
