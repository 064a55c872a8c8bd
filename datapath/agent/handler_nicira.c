// SPDX-License-Identifier: Apache-2.0
/* OFPT_EXPERIMENTER: what Nicira's messages set of a connection (ovs-ofctl and Neutron send them).
 */
#include "datapath/agent/dispatch.h"
#include "datapath/agent/flow_monitor.h"
#include "openflow/nicira_msg.h"

enum of_err handle_experimenter(struct connection *conn, const struct of_msg *msg)
{
	struct connection *main = connection_main(conn);
	struct of_nicira_setting setting;
	enum of_err err = of_nicira_setting_unpack(&msg->experimenter, &setting);

	if (err != OF_OK)
		return err;
	switch (setting.type) {
	case NXT_SET_FLOW_FORMAT:
		main->nicira.flow_format = (uint8_t)setting.value;
		return OF_OK;
	case NXT_FLOW_MOD_TABLE_ID:
		main->nicira.table_id = setting.value != 0;
		return OF_OK;
	case NXT_SET_PACKET_IN_FORMAT:
		main->nicira.packet_in_format = (uint8_t)setting.value;
		return OF_OK;
	case NXT_SET_CONTROLLER_ID:
		main->controller_id = (uint16_t)setting.value;
		return OF_OK;
	case NXT_FLOW_MONITOR_CANCEL:
		return flow_monitor_cancel(main, setting.value);
	default:
		return OFPBRC_BAD_EXP_TYPE;
	}
}
