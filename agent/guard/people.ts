import type { Person } from '../../model/approval.ts';
import type { Command } from '../commands.ts';
import type { PeopleGroup, Role } from './policy-schema.ts';

/*
 * Who may do what, by the identity that the face proved: `unix:maria`, `slack:U012AB`, `token:ci`, `mtls:CN`. A display
 * name is never looked at; it can be forged.
 */

/** Members of Slack user groups now, by group id, as the chat face read them. */
export type LiveGroups = ReadonlyMap<string, ReadonlySet<string>>;

interface People {
  readonly people: Readonly<Record<string, PeopleGroup>>;
}

const ranks: readonly Role[] = ['viewer', 'operator', 'approver', 'admin'];

function hasRank(role: Role, needed: Role): boolean {
  return ranks.indexOf(role) >= ranks.indexOf(needed);
}

/** Whether members of a group with this role may answer questions. */
export function mayApprove(role: Role): boolean {
  return hasRank(role, 'approver');
}

/**
 * Groups that a person is in, by exact identity.
 * @param live members of Slack groups; a group that is absent has no members, so a failed look-up refuses
 */
export function groupsOf(personId: string, policy: People, live: LiveGroups = new Map()): string[] {
  if (isBot(personId)) return [];
  return Object.entries(policy.people)
    .filter(([, group]) => group.users.includes(personId) || isInSlackGroup(personId, group, live))
    .map(([id]) => id)
    .sort();
}

function isInSlackGroup(personId: string, group: PeopleGroup, live: LiveGroups): boolean {
  if (group.slackGroup === undefined || !personId.startsWith('slack:')) return false;
  return live.get(group.slackGroup)?.has(personId.slice('slack:'.length)) ?? false;
}

/** Slack ids of people begin with U or W, those of bots with B (https://api.slack.com/types/user). */
export function isBot(personId: string): boolean {
  return personId.startsWith('slack:') && !/^slack:[UW][A-Z0-9]+$/.test(personId);
}

/** Whether an identity fits the face that reported it: only Slack proves Slack ids, and a policy is not a person. */
export function isPlausible(person: Person): boolean {
  if (person.via === 'policy') return false;
  return person.via === 'scenario' || person.id.startsWith('slack:') === (person.via === 'slack');
}

/** The highest role among a person's groups; everybody may look. */
export function roleOfPerson(person: Person, policy: People, live?: LiveGroups): Role {
  if (!isPlausible(person)) return 'viewer';
  const roles = groupsOf(person.id, policy, live).map((group) => policy.people[group]!.role);
  return ranks.findLast((role) => roles.includes(role)) ?? 'viewer';
}

/** The least role that may give a command. To stop the agent takes less than to let it go on. */
const roleNeeded: Readonly<Record<Command['type'], Role>> = {
  pause: 'operator',
  hold: 'operator',
  silence: 'operator',
  own: 'operator',
  'stop-after-step': 'operator',
  'pin-model': 'operator',
  'unpin-model': 'operator',
  'roll-back-model': 'operator',
  release: 'approver',
  answer: 'approver',
  revoke: 'approver',
  resume: 'approver',
  'reset-breaker': 'admin',
  'reset-record': 'admin',
};

/** Whether a role may give a command. */
export function mayCommand(role: Role, command: Command['type']): boolean {
  return hasRank(role, roleNeeded[command]);
}

/** Identities listed in a policy's groups that may answer for them, for faces that must name somebody. */
export function listedApprovers(from: readonly string[], policy: People): string[] {
  return [...new Set(from.flatMap((id) => policy.people[id]?.users ?? []))].filter((id) => !isBot(id));
}
