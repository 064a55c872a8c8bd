// SPDX-License-Identifier: Apache-2.0
/* What lcores counted, summed for the control thread. */
#include <string.h>

#include <rte_cycles.h>

#include "datapath/pmd/lcore.h"

static uint64_t load(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* The port itself knows what it lost, while it is there. */
static uint64_t missed(const struct pmd *pmd, uint16_t index)
{
	const struct lcore_tx *tx = pmd->lcore[0]->tx[index];

	return tx != NULL && tx->port->ops->missed != NULL ? tx->port->ops->missed(tx->port) : 0;
}

void pmd_port_counters(const struct pmd *pmd, uint16_t index, struct pmd_port_counters *c)
{
	*c = pmd->punt_drops[index];
	/* A punted frame that was dropped after all is no longer "punted". */
	for (int r = 0; r < DROP_N_REASONS; r++)
		c->punted -= c->drops[r];
	for (unsigned int n = 0; n < pmd->config.n_lcores; n++) {
		const struct pmd_port_counters *from = &pmd->lcore[n]->port[index];
		const uint64_t *in = (const uint64_t *)from;
		uint64_t *out = (uint64_t *)c;

		for (size_t i = 0; i < sizeof(*c) / sizeof(*out); i++)
			out[i] += load(&in[i]);
	}
	c->rx_missed = missed(pmd, index);
}

void pmd_port_counters_clear(struct pmd *pmd, uint16_t index)
{
	__atomic_store_n(&pmd->epoch[index], (uint16_t)(pmd->epoch[index] + 1), __ATOMIC_RELAXED);
	memset(&pmd->punt_drops[index], 0, sizeof(pmd->punt_drops[index]));
	for (unsigned int n = 0; n < pmd->config.n_lcores; n++)
		memset(&pmd->lcore[n]->port[index], 0, sizeof(pmd->lcore[n]->port[index]));
}

void pmd_count_punt_drop(struct pmd *pmd, uint16_t index, enum drop_reason reason)
{
	pmd->punt_drops[index].drops[reason]++;
}

unsigned int pmd_n_lcores(const struct pmd *pmd)
{
	return pmd->config.n_lcores;
}

void pmd_load(const struct pmd *pmd, unsigned int n, struct pmd_load *out)
{
	const struct lcore *l = pmd->lcore[n];

	*out = (struct pmd_load){
		.lcore_id = l->lcore_id,
		.busy_cycles = load(&l->busy_cycles),
		.idle_cycles = load(&l->idle_cycles),
		.packets = load(&l->packets),
	};
	for (uint32_t i = 0; i < l->rxqs->n && i < RTE_DIM(out->rxq); i++) {
		const struct rxq *q = l->rxqs->rxq[i];

		out->rxq[out->n_rxqs++] = (struct pmd_rxq_load){
			.port_index = q->index,
			.queue = q->queue,
			.packets = load(&q->packets),
			.busy_cycles = load(&q->busy_cycles),
		};
	}
}

void pmd_table_counters(const struct pmd *pmd, uint8_t table_id, struct pipeline_table_counter *sum)
{
	*sum = (struct pipeline_table_counter){0};
	for (unsigned int n = 0; n < pmd->config.n_lcores; n++) {
		sum->lookups += load(&pmd->lcore[n]->table[table_id].lookups);
		sum->matches += load(&pmd->lcore[n]->table[table_id].matches);
	}
}

uint32_t pmd_clock_s(void)
{
	return (uint32_t)(rte_rdtsc() / rte_get_tsc_hz());
}
