// SPDX-License-Identifier: Apache-2.0
/* Bundles that are committed at a time (OpenFlow 1.5.1 §7.3.9.3, §7.3.5.19). */
#include <stdlib.h>
#include <time.h>

#include "datapath/agent/bundle_impl.h"

#define SECOND_NS 1000000000ll
#define RETRY_US 1000 /* while another bundle is being committed */
#define ACCURACY_NS 2000000
#define DEFAULT_FUTURE_S 3600
#define DEFAULT_PAST_NS 500000000ll
#define MAX_S (10ll * 365 * 24 * 3600) /* keeps sums within 63 bits */

enum { FEATURES_TIMESTAMP = 1, FEATURES_SET_SCHED = 2 };

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * SECOND_NS + ts.tv_nsec;
}

static struct of_time time_of_ns(int64_t ns)
{
	return (struct of_time){.seconds = (uint64_t)(ns / SECOND_NS),
				.nanoseconds = (uint32_t)(ns % SECOND_NS)};
}

/* A length of time; longer ones than MAX_S are that. */
static int64_t span_ns(const struct of_time *t)
{
	return t->seconds >= MAX_S ? MAX_S * SECOND_NS
				   : (int64_t)t->seconds * SECOND_NS + t->nanoseconds;
}

static int64_t max_future_ns(const struct agent *agent)
{
	return agent->bundle_future_ns != 0 ? agent->bundle_future_ns
					    : DEFAULT_FUTURE_S * SECOND_NS;
}

static int64_t max_past_ns(const struct agent *agent)
{
	return agent->bundle_past_ns != 0 ? agent->bundle_past_ns : DEFAULT_PAST_NS;
}

static void wait_us(struct bundle *bundle, int64_t us)
{
	struct timeval tv = {.tv_sec = us / 1000000, .tv_usec = us % 1000000};

	event_add(bundle->timer, &tv);
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	struct bundle *bundle = arg;
	enum of_err err;

	if (bundle->conn->agent->transaction != NULL) {
		wait_us(bundle, RETRY_US);
		return;
	}
	err = bundle_commit_start(bundle);
	if (err != OF_OK) {
		bundle_error(bundle, err);
		bundle_discard(bundle);
	}
}

enum of_err bundle_schedule(struct bundle *bundle, const struct of_time *at)
{
	struct agent *agent = bundle->conn->agent;
	int64_t ahead;

	/* Beyond what can be a date at all. */
	if (at->seconds > (uint64_t)(INT64_MAX / SECOND_NS) - 1)
		return OFPBFC_SCHED_FUTURE;
	ahead = (int64_t)at->seconds * SECOND_NS + at->nanoseconds - now_ns();
	if (ahead > max_future_ns(agent))
		return OFPBFC_SCHED_FUTURE;
	if (-ahead > max_past_ns(agent))
		return OFPBFC_SCHED_PAST;
	if (ahead <= 0)
		return bundle_commit_start(bundle);
	bundle->timer = evtimer_new(agent->cfg.base, on_time, bundle);
	if (bundle->timer == NULL)
		return OF_ERR_NO_MEMORY;
	wait_us(bundle, ahead / 1000);
	return OF_OK;
}

enum of_err bundle_features(struct connection *conn,
			    const struct of_bundle_features_request *request,
			    struct of_bundle_features *features)
{
	struct agent *agent = conn->agent;

	if (request->feature_request_flags & FEATURES_SET_SCHED) {
		if (!request->has_time)
			return OFPBRC_MULTIPART_BAD_SCHED;
		agent->bundle_future_ns = span_ns(&request->sched_max_future);
		agent->bundle_past_ns = span_ns(&request->sched_max_past);
	}
	*features = (struct of_bundle_features){
		.capabilities = OFPBF_ATOMIC | OFPBF_ORDERED | OFPBF_TIME,
		.has_time = true,
		.sched_accuracy = {.nanoseconds = ACCURACY_NS},
		.sched_max_future = time_of_ns(max_future_ns(agent)),
		.sched_max_past = time_of_ns(max_past_ns(agent)),
		.timestamp = time_of_ns(now_ns()),
	};
	return OF_OK;
}
