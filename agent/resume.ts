import type { JournalRow } from '../model/record.ts';
import { type AgentOptions, type AgentState, createAgentState } from './agent-state.ts';
import { restoreIncident } from './analyze/incidents/restore.ts';
import { deliberationOf, openIncidents } from './deliberate.ts';
import type { Policy } from './guard/policy.ts';
import type { Knowledge } from './knowledge/knowledge.ts';
import { restoreKnowledge } from './knowledge/restore.ts';

/**
 * Builds the state of an agent from the journal: a first start and a restart after a crash are the same thing. Open
 * incidents, questions to people and half-done plans go on; what the cluster looks like is observed anew.
 */
export function resumeAgent(options: AgentOptions, policy: Policy, rows: Iterable<JournalRow>): AgentState {
  return resumeKnowing(options, policy, restoreKnowledge(rows));
}

/** The same from what the journal amounts to, which is the agent's own from now on. */
export function resumeKnowing(options: AgentOptions, policy: Policy, restored: Knowledge): AgentState {
  const agent = createAgentState(options, policy, restored);
  const { knowledge, incidents } = agent;
  for (const incident of openIncidents(agent)) {
    restoreIncident(incidents, incident, knowledge.diagnoses.get(incident.id) ?? null, knowledge.signals);
    deliberationOf(agent, incident.id).current = incident.decisionIds.at(-1) ?? null;
  }
  // Signals are found anew on what is observed now; those of before the restart would never be cleared.
  knowledge.signals.clear();
  return agent;
}
