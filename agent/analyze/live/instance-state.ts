import type { EntityRef } from '../../../model/entity.ts';
import type { Instance } from '../../../model/inventory.ts';
import type { EventName } from '../../../model/observation.ts';
import type { Signal } from '../../../model/signal.ts';
import type { Finding, Scene } from '../signals/finding.ts';

/** Instances that were seen, so that one which vanishes from the engine's list is still missed. */
export type KnownInstances = Map<string, { readonly workloadId: string; lastSeenMs: number }>;

// A fresh instance may take this long before its health counts.
const startGraceMs = 10_000;
// Longest absence that is still called missing and not gone for good.
const forgetAfterMs = 3_600_000;

/** What the engine states about instances: stopped, killed, paused, cut off, not ready, vanished. */
export function findInstanceStates(scene: Scene, known: KnownInstances): Finding[] {
  const findings: Finding[] = [];
  for (const instance of scene.inventory.instances) {
    known.set(instance.id, { workloadId: instance.workloadId, lastSeenMs: scene.nowMs });
    findings.push(...statesOf(scene, instance));
  }
  for (const [id, last] of known) {
    if (scene.topology.instances.has(id)) continue;
    if (scene.nowMs - last.lastSeenMs > forgetAfterMs) known.delete(id);
    else if (isShort(scene, last.workloadId)) {
      const wanted = `${runningOf(scene, last.workloadId)} of ${desiredOf(scene, last.workloadId)} run`;
      findings.push(
        fact(scene, 'missing', id, 'critical', `no longer listed by the engine; ${wanted}`, 'instance.died'),
      );
    } else known.delete(id);
  }
  return findings;
}

function statesOf(scene: Scene, instance: Instance): Finding[] {
  const { id } = instance;
  switch (instance.state) {
    case 'stopped':
      return isShort(scene, instance.workloadId) ? stoppedFindings(scene, instance) : [];
    case 'paused':
      return [
        fact(scene, 'paused', id, 'critical', 'frozen by the engine: it neither works nor fails', 'instance.paused'),
      ];
    case 'unknown':
      return [fact(scene, 'not-ready', id, 'warning', 'the engine does not know its state', null)];
    case 'starting':
      return [];
    case 'running':
      break;
  }
  const findings: Finding[] = [];
  if (!instance.networkAttached) {
    findings.push(
      fact(scene, 'unreachable', id, 'critical', 'runs, but is not attached to its network', 'network.disconnected'),
    );
  }
  const settled = instance.startedAtMs === null || scene.nowMs - instance.startedAtMs >= startGraceMs;
  if (instance.ready === false && settled) {
    findings.push(
      fact(scene, 'not-ready', id, 'critical', 'runs, but its health check fails', 'instance.health-changed'),
    );
  }
  return findings;
}

function stoppedFindings(scene: Scene, instance: Instance): Finding[] {
  const exit = instance.exitCode === null ? 'stopped' : `stopped with exit code ${instance.exitCode}`;
  const wanted = `${runningOf(scene, instance.workloadId)} of ${desiredOf(scene, instance.workloadId)} run`;
  const missing = fact(scene, 'missing', instance.id, 'critical', `${exit}; ${wanted}`, 'instance.died');
  if (!instance.killedForMemory) return [missing];
  const limit =
    instance.memoryLimitBytes === null ? '' : ` of ${Math.round(instance.memoryLimitBytes / 1_048_576)} MiB`;
  const killed = `killed by the engine at its memory limit${limit}`;
  return [missing, fact(scene, 'killed-for-memory', instance.id, 'critical', killed, 'instance.killed-for-memory')];
}

/** Whether fewer instances run than should; an instance that nobody wants any more is not missed. */
function isShort(scene: Scene, workloadId: string): boolean {
  return runningOf(scene, workloadId) < desiredOf(scene, workloadId);
}

function desiredOf(scene: Scene, workloadId: string): number {
  return scene.topology.workloads.get(workloadId)?.desired ?? 0;
}

function runningOf(scene: Scene, workloadId: string): number {
  const members = scene.topology.instancesOfWorkload.get(workloadId) ?? [];
  return members.filter((member) => member.state !== 'stopped').length;
}

function fact(
  scene: Scene,
  kind: Finding['kind'],
  instanceId: string,
  severity: Signal['severity'],
  explanation: string,
  event: EventName | null,
): Finding {
  const entity: EntityRef = { kind: 'instance', id: instanceId };
  const sinceMs = event === null ? null : lastEventMs(scene, instanceId, event);
  return { kind, entity, metric: null, sinceMs, score: 10, severity, model: 'inventory', explanation };
}

/** When the engine last told of such an event; the moment of finding is used where it did not. */
function lastEventMs(scene: Scene, instanceId: string, name: EventName): number | null {
  const event = scene.monitor.events.findLast(
    (e) => e.name === name && e.entity.kind === 'instance' && e.entity.id === instanceId,
  );
  return event?.observedAtMs ?? null;
}
