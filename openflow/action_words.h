// SPDX-License-Identifier: Apache-2.0
/*
 * action_words: the readers of single actions, by kind. For `.c` files of openflow/ only.
 *
 * `arg` is what follows a colon or stands in parentheses, or NULL; it is changed. The readers
 * return 1 when the word was one of theirs, 0 when it was not, -EINVAL with a sentence, -ENOMEM.
 */
#pragma once

#include "openflow/text_form.h"

/* An action list that grows in the arena. */
struct of_action_list {
	struct of_action *a;
	uint16_t n;
	uint16_t room;
};

/** Appends a copy. 0; -EINVAL with a sentence: too many; -ENOMEM. */
int of_action_append(struct of_parser *p, struct of_action_list *list,
		     const struct of_action *action);

/** Reads the number behind the colon of `word:number`. 0, -EINVAL with a sentence. */
int of_argument_parse(struct of_parser *p, const char *word, const char *arg, uint64_t max,
		      uint64_t *value);

/** Reads a port as an action names it. 0, -EINVAL with a sentence. */
int of_output_port_parse(struct of_parser *p, const char *word, uint32_t *port);

/** Reads one action of any kind. 0, -EINVAL with a sentence, -ENOMEM. */
int of_action_word(struct of_parser *p, struct of_action_list *list, char *word, char *arg);

/**
 * Cuts the next word off `*text`, with its argument: `word:arg`, `word(arg)`, `word`. 1; 0 at the
 * end; -EINVAL with a sentence.
 */
int of_action_word_next(struct of_parser *p, char **text, char **word, char **arg);

/** The name of the reason of a packet-in: `action`; "?" for an unknown one. Static. */
const char *of_reason_text(unsigned reason);

/** The name of what is counted of a flow (`packet_count`); NULL: none. Static. */
const char *of_stat_field_name(unsigned field);

/** The inverse; -1. */
int of_stat_field_from_name(const char *name);

/** `output:…`, `controller…`, `enqueue…`, ports by name. */
int of_output_word(struct of_parser *p, struct of_action_list *list, const char *word, char *arg);

/** `set_field:…`, `mod_…`, `load:…`, `move:…`, `push:…`, `pop:…`. */
int of_field_action_word(struct of_parser *p, struct of_action_list *list, const char *word,
			 char *arg);

/** `resubmit…`, `learn(…)`, `conjunction(…)` and what else is Nicira's alone. */
int of_nicira_word(struct of_parser *p, struct of_action_list *list, const char *word, char *arg);

/** `learn(…)`: what stands in the parentheses. 0, -EINVAL with a sentence, -ENOMEM. */
int of_learn_parse(struct of_parser *p, struct of_action_list *list, char *arg);

/** Appends `learn(…)`. */
void of_learn_text(const struct of_learn *learn, const struct of_names *names, struct text *t);

/* A run of bits as it is written: `NXM_NX_REG0[4..11]`. */
struct of_written_part {
	struct of_subfield part;
	unsigned shift; /* what a value for it has to be shifted right by (nw_tos) */
};

/** Reads `field[]`, `field[4]`, `field[4..11]` or `field`. 0, -EINVAL with a sentence. */
int of_subfield_parse(struct of_parser *p, const char *what, const char *word,
		      struct of_written_part *written);

/** Appends `NXM_NX_REG0[4..11]`. */
void of_subfield_text(const struct of_subfield *part, struct text *t);

/** Says that a field is not served (connection tracking) or not known. Returns -EINVAL. */
int of_field_unknown_fail(struct of_parser *p, const char *what, const char *name);
