/** For faces that hold a copy of the agent's knowledge: they fold the same records with the same function. */
export { applyRecord, createKnowledge, type Knowledge } from '../knowledge/knowledge.ts';
