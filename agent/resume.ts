import type { JournalRow } from '../model/record.ts';
import { type AgentOptions, type AgentState, createAgentState } from './agent-state.ts';
import { restoreIncident } from './analyze/incidents/restore.ts';
import { takeHazards } from './analyze/live/hazards.ts';
import { deliberationOf, openIncidents } from './deliberate.ts';
import type { Policy } from './guard/policy.ts';
import type { Knowledge } from './knowledge/knowledge.ts';
import { restoreKnowledge } from './knowledge/restore.ts';

/**
 * Builds the state of an agent from the journal: a first start and a restart after a crash are the same thing. Open
 * incidents, questions to people and half-done plans go on, and so do champions and pins of models; what the cluster
 * looks like is observed anew.
 * @param learned states of models by series, as the model store has them
 */
export function resumeAgent(
  options: AgentOptions,
  policy: Policy,
  rows: Iterable<JournalRow>,
  learned: ReadonlyMap<string, string> = new Map(),
): AgentState {
  return resumeKnowing(options, policy, restoreKnowledge(rows), learned);
}

/** The same from what the journal amounts to, which is the agent's own from now on. */
export function resumeKnowing(
  options: AgentOptions,
  policy: Policy,
  restored: Knowledge,
  learned: ReadonlyMap<string, string>,
): AgentState {
  const agent = createAgentState(options, policy, restored);
  const { knowledge, incidents } = agent;
  for (const incident of openIncidents(agent)) {
    restoreIncident(incidents, incident, knowledge.diagnoses.get(incident.id) ?? null, knowledge.signals);
    deliberationOf(agent, incident.id).current = incident.decisionIds.at(-1) ?? null;
  }
  for (const [key, text] of learned) agent.analysis.forecasts.kept.set(key, text);
  for (const card of knowledge.models.values()) {
    if (card.task === 'forecast') agent.analysis.forecasts.known.set(card.series, card);
    else takeHazards(agent.analysis.hazards, card);
  }
  // Signals are found anew on what is observed now; those of before the restart would never be cleared.
  knowledge.signals.clear();
  return agent;
}
