// SPDX-License-Identifier: Apache-2.0
/*
 * text_form: what the readers and writers of the text syntax share. For `.c` files of openflow/
 * only.
 */
#pragma once

#include "openflow/action.h"
#include "openflow/instruction.h"

/* What a parse is about: where to allocate, and where the sentence about an error goes. */
struct of_parser {
	const struct of_names *names;
	struct of_arena *arena;
	char *why;
	size_t why_size;
	/* Of the flow whose actions are read: OFPVID_PRESENT in the match, or put there since. */
	bool has_vlan;
	int ip_proto;            /* of the match; -1: not said */
	enum of_version version; /* which it is read for; 0: 1.3 and later */
	unsigned clone_depth;
};

/** Puts the sentence in place; returns -EINVAL. */
int of_parser_fail(struct of_parser *p, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** The numbers behind a word like `tcp6`; false when it is none. `ip_proto` -1: any. */
bool of_shorthand_find(const char *word, uint16_t *eth_type, int *ip_proto);

/** Appends `value` or `value/mask` in the form of the field. */
void of_field_value_text(const struct of_match_field *f, const struct of_names *names,
			 struct text *t);

/**
 * Reads `value` or `value/mask` in the form of the field into `f`, bits outside of the mask
 * cleared. An empty mask gives f->masked with zeros. -EINVAL with a sentence.
 */
int of_field_value_parse(struct of_parser *p, enum of_field field, const char *word,
			 struct of_match_field *f);

/**
 * Reads what the fields with words of their own have: `+syn-ack`, `syn|ack` (tcp_flags), `later`
 * (ip_frag), `(1,0x800)` (packet_type). 1: it was one; 0: it is none of these fields, or a number;
 * -EINVAL with a sentence.
 */
int of_named_value_parse(struct of_parser *p, enum of_field field, const char *word,
			 struct of_match_field *f);

/** Appends the value in those words; false: it has none. */
bool of_named_value_text(const struct of_match_field *f, struct text *t);

/* One `key=value`, or a bare key with value NULL, cut out of a text. */
struct of_word {
	char *key;
	char *value;
};

#define OF_WORDS_MAX 64

/**
 * Cuts `text` (which is changed) at commas and blanks outside of parentheses into words, at `=`
 * into key and value. The number of words, or -EINVAL with a sentence.
 */
int of_words_split(struct of_parser *p, char *text, struct of_word *words);

/**
 * Takes the words that are match fields into `match` and marks them as used (key = NULL); checks
 * prerequisites. -EINVAL with a sentence; words that are no fields are left for the caller.
 */
int of_match_words_parse(struct of_parser *p, struct of_word *words, int n_words,
			 struct of_match *match);

/** Reads `text` (which is changed) behind `actions=`. -EINVAL with a sentence, -ENOMEM. */
int of_instructions_text_parse(struct of_parser *p, char *text,
			       struct of_instructions *instructions);

/** As of_instructions_text_parse, for actions alone. */
int of_actions_text_parse(struct of_parser *p, char *text, struct of_actions *actions);
