/** The planner's own reader of playbooks for faces. */
export { type Playbook, parsePlaybook } from '../plan/playbook.ts';
export { playbookJsonSchema } from '../plan/playbook-schema.ts';
export { runPlaybookTests } from '../plan/playbook-tests.ts';
