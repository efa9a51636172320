/** Files of the agent for faces: policies, playbooks, and where the product itself lies. */
export { builtInPlaybooks, loadPlaybooks, loadPolicy, packageRoot } from '../files.ts';
