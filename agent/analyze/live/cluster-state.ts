import type { EntityRef } from '../../../model/entity.ts';
import type { ReplicaGroup } from '../../../model/inventory.ts';
import type { ClusterEvent, EventName } from '../../../model/observation.ts';
import type { Finding, Scene } from '../signals/finding.ts';
import { durationInWords } from './words.ts';

/** Who led each group, and when that changed. */
export type LeaderHistory = Map<string, { leaderId: string | null; readonly changedAtMs: number[] }>;

const flapWindowMs = 180_000;
const flapChanges = 3;

export function findNodesDown(scene: Scene): Finding[] {
  return scene.inventory.nodes.flatMap((node): Finding[] => {
    if (node.state !== 'not-ready' && node.state !== 'unknown') return [];
    const told = node.state === 'unknown' ? 'the engine has lost sight of it' : 'the engine calls it not ready';
    const carried = scene.topology.instancesOfNode.get(node.id)?.length ?? 0;
    const explanation = `${told}; it carries ${carried} instances`;
    const entity = { kind: 'node', id: node.id } as const;
    const severity = node.state === 'not-ready' ? 'critical' : 'warning';
    return [
      { kind: 'node-down', entity, metric: null, sinceMs: null, score: 10, severity, model: 'inventory', explanation },
    ];
  });
}

/** At risk: one more loss would stop writes. Critical: they have stopped. */
export function findQuorumAtRisk(scene: Scene): Finding[] {
  return scene.inventory.replicaGroups.flatMap((group): Finding[] => {
    const inSync = group.members.filter((member) => member.online && member.inSync).length;
    const lost = group.leaderId === null || inSync < group.quorum;
    if (!lost && (inSync > group.quorum || inSync === group.members.length)) return [];
    const leader = group.leaderId === null ? 'no leader' : `leader ${group.leaderId}`;
    const explanation = `${inSync} of ${group.members.length} members in sync, quorum ${group.quorum}, ${leader}`;
    const severity = lost ? 'critical' : 'warning';
    const entity = { kind: 'replica-group', id: group.id } as const;
    return [
      {
        kind: 'quorum-at-risk',
        entity,
        metric: null,
        sinceMs: null,
        score: lost ? 10 : 5,
        severity,
        model: 'inventory',
        explanation,
      },
    ];
  });
}

export function findLeaderFlapping(scene: Scene, history: LeaderHistory): Finding[] {
  return scene.inventory.replicaGroups.flatMap((group): Finding[] => {
    const changes = noteLeader(scene, history, group);
    if (changes.length < flapChanges) return [];
    const explanation = `leadership was lost ${changes.length} times in ${durationInWords(flapWindowMs)}, usual none`;
    const entity = { kind: 'replica-group', id: group.id } as const;
    const sinceMs = changes[0]!;
    return [
      {
        kind: 'leader-flapping',
        entity,
        metric: null,
        sinceMs,
        score: changes.length,
        severity: 'critical',
        model: 'inventory',
        explanation,
      },
    ];
  });
}

function noteLeader(scene: Scene, history: LeaderHistory, group: ReplicaGroup): readonly number[] {
  const known = history.get(group.id);
  if (known === undefined) {
    history.set(group.id, { leaderId: group.leaderId, changedAtMs: [] });
    return [];
  }
  // Losing a leader is one change, whoever comes next; a change that no picture shows without a leader is one too.
  if (known.leaderId !== null && group.leaderId !== known.leaderId) known.changedAtMs.push(scene.nowMs);
  known.leaderId = group.leaderId;
  while (known.changedAtMs.length > 0 && known.changedAtMs[0]! < scene.nowMs - flapWindowMs) known.changedAtMs.shift();
  return known.changedAtMs;
}

// How long a change stays in mind as a possible cause: a version that leaks takes its time.
const changeInMindMs = 3_600_000;
const changes: Readonly<Partial<Record<EventName, string>>> = {
  'workload.deployed': 'a new version was deployed',
  'config.changed': 'its configuration was changed',
  'person.acted': 'a person acted on it',
  'workload.scaled': 'it was scaled',
  'node.cordoned': 'it was cordoned',
};

/** Changes of the last hour: never a fault by themselves, often the reason of one. */
export function findChanges(scene: Scene): Finding[] {
  const latest = new Map<string, ClusterEvent>();
  for (const event of scene.monitor.events) {
    if (changes[event.name] === undefined || event.observedAtMs < scene.nowMs - changeInMindMs) continue;
    latest.set(`${event.name} ${event.entity.kind}/${event.entity.id}`, event);
  }
  return [...latest.values()].map((event) => changeFinding(scene, event));
}

/** The model of a change that people or automations make by turns. */
export const byTurnsModel = 'by-turns';
const byTurnsWithinMs = 600_000;
const turnsMin = 3;

/** Hands that change one thing by turns know nothing of each other, and each thinks it is done: that is a fault. */
function changeFinding(scene: Scene, event: ClusterEvent): Finding {
  const { name, entity, observedAtMs: sinceMs } = event;
  const turns = name === 'person.acted' ? turnsOf(scene, entity) : [];
  const one = { kind: 'changed', entity, metric: name, sinceMs } as const;
  if (turns.length < turnsMin) {
    return { ...one, score: 1, severity: 'info', model: 'events', explanation: changes[name]! };
  }
  const hands = [...new Set(turns)].join(' and ');
  const explanation = `${hands} change it by turns, ${turns.length} times in ${byTurnsWithinMs / 60_000} min`;
  return { ...one, score: turns.length, severity: 'warning', model: byTurnsModel, explanation };
}

/** Who acted on an entity of late, one name for each turn. */
function turnsOf({ monitor, nowMs }: Scene, entity: EntityRef): readonly string[] {
  const hands = monitor.events
    .filter((event) => event.name === 'person.acted' && event.observedAtMs >= nowMs - byTurnsWithinMs)
    .filter(({ entity: on }) => on.kind === entity.kind && on.id === entity.id)
    .map(({ attributes }) => String(attributes.person ?? 'somebody'));
  return hands.filter((hand, i) => hand !== hands[i - 1]);
}
