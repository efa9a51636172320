import { approvalsView } from '../../agent/views/approvals.ts';
import { decisionView } from '../../agent/views/decision.ts';
import { forecastsView } from '../../agent/views/forecasts.ts';
import { findEntities, impactView } from '../../agent/views/impact.ts';
import { incidentsView, incidentView } from '../../agent/views/incident.ts';
import { modelsView } from '../../agent/views/models.ts';
import { overview } from '../../agent/views/overview.ts';
import { escapeDeep } from '../../agent/views/text.ts';
import type { DecisionId, IncidentId } from '../../model/entity.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { ApiParts, Handlers } from '../handler.ts';
import { openApiDocument } from '../openapi.ts';
import { HttpProblem } from '../problems.ts';
import { version } from '../version.ts';

type ReadNames =
  | 'healthz'
  | 'readyz'
  | 'metrics'
  | 'openapi'
  | 'status'
  | 'incidents'
  | 'incident'
  | 'decision'
  | 'approvals'
  | 'inventory'
  | 'impact'
  | 'forecasts'
  | 'models';

export function readHandlers({ agent, clock, metrics }: ApiParts): Handlers<ReadNames> {
  return {
    healthz: () => ({ status: 'ok', version }),
    readyz: () => readiness(agent.status()),
    metrics: async () => new Response(await metrics.text(), { headers: { 'content-type': metrics.contentType } }),
    openapi: () => openApiDocument(),
    status: () => overview(agent.knowledge(), agent.status(), clock.nowMs()),
    incidents: ({ query }) => {
      const incidents = incidentsView(agent.knowledge());
      const open = (resolvedAtMs: number | null) => (resolvedAtMs === null ? 'open' : 'resolved');
      const wanted = incidents.filter((row) => query.state === 'all' || open(row.resolvedAtMs) === query.state);
      return { incidents: wanted };
    },
    incident: ({ id }) => incidentView(agent.knowledge(), id as IncidentId) ?? notFound('incident', id),
    decision: ({ id }) => decisionView(agent.knowledge(), id as DecisionId) ?? notFound('decision', id),
    approvals: () => ({ approvals: approvalsView(agent.knowledge(), clock.nowMs()) }),
    inventory: () => escapeDeep(inventoryOf(agent.inventory())),
    impact: ({ query }) => impactOf(inventoryOf(agent.inventory()), query.entity),
    models: ({ query }) => modelsView(agent.knowledge(), query.series ?? null),
    forecasts: ({ query }) => forecastsView(agent.knowledge(), query.entity ?? null),
  };
}

function readiness(status: { readonly ready: boolean; readonly notReadyWhy: string | null }): object {
  if (status.ready) return { status: 'ready' };
  throw new HttpProblem(503, 'NOT_READY', status.notReadyWhy ?? 'the agent has not seen its cluster yet', {
    hint: 'homeostat doctor',
  });
}

export function notFound(what: string, id: string): never {
  throw new HttpProblem(404, 'NOT_FOUND', `no ${what} ${id}`, {
    hint: 'incident ls, audit ls and map show what there is',
  });
}

function inventoryOf(inventory: Inventory | null): Inventory {
  if (inventory !== null) return inventory;
  throw new HttpProblem(503, 'NO_INVENTORY', 'no collector has given its picture of the cluster yet', {
    hint: 'homeostat doctor',
  });
}

function impactOf(inventory: Inventory, name: string): object {
  const [entity, ...others] = findEntities(inventory, name);
  if (entity === undefined) return notFound('entity', name);
  if (others.length === 0) return impactView(inventory, entity);
  const kinds = [entity, ...others].map(({ kind, id }) => `${kind}/${id}`);
  throw new HttpProblem(422, 'ENTITY_AMBIGUOUS', `${name} may mean ${kinds.join(' or ')}`, {
    hint: `entity=${kinds[0]}`,
  });
}
