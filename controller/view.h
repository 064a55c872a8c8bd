// SPDX-License-Identifier: Apache-2.0
/*
 * view: the intent and the switches' state as JSON. New references; NULL when memory ran out.
 */
#pragma once

#include "controller/fleet.h"

#include <jansson.h>

/** [{"name","vlan","attachments","uplinks"}] */
json_t *view_networks(const struct fleet *fleet);

/**
 * [{"network","switch","port","mac","state"}]; state: `switch away`, `port missing`, `applied`
 * (flows are there, the link is down) or `up`.
 */
json_t *view_attachments(const struct fleet *fleet);

/** [{"switch","port","networks":[…],"native","state"}] */
json_t *view_uplinks(const struct fleet *fleet);

/**
 * [{"name","dpid","state","version","peer","flows_wanted","flows_present"}]; also switches that are
 * connected and not in the file, with name null and state `unknown`.
 */
json_t *view_switches(const struct fleet *fleet);
