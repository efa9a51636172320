import { pictureOf } from '../../../agent/monitor/picture.ts';
import type { ClusterPicture } from '../../../model/picture.ts';
import type { Plan } from '../../../model/plan.ts';
import { demoAttachment } from '../../../sim/demo.ts';
import { attachAgent } from '../../../sim/run.ts';
import type { World } from '../../../sim/world.ts';
import { createWorld } from '../../../sim/world.ts';
import { scenarioOf, type WorldOptions } from '../world-of.ts';

export interface Watched {
  readonly world: World;
  readonly plans: readonly Plan[];
  picture(): ClusterPicture;
  /** Lets the cluster run to that minute with an agent that only watches. */
  runTo(minute: number): void;
  /** SLO-ms that were really lost in the half hour after the plan; the agent watches no longer. */
  reallyLostAfter(plan: Plan): number;
}

/** A cluster in which the real agent plans and rehearses, and does nothing: what happens is what doing nothing brings. */
export function watch(options: WorldOptions): Watched {
  const world = createWorld({ scenario: scenarioOf({ duration: '2h', ...options }), seed: options.seed ?? 1 });
  const { policy, playbooks } = demoAttachment();
  const plans: Plan[] = [];
  const lostAt = new Map<Plan, number>();
  const shell = attachAgent(world, {
    policy: { ...policy, mode: 'observe' },
    playbooks,
    onRow: ({ record }) => {
      if (record.type !== 'plan') return;
      plans.push(record);
      lostAt.set(record, world.truth.sloMsLost);
    },
  });
  return {
    world,
    plans,
    picture: () => pictureOf(shell.agent.monitor, world.slos, world.clock.nowMs())!,
    runTo: (minute) => world.runUntilMs(world.startMs + minute * 60_000),
    reallyLostAfter(plan) {
      shell.stop();
      world.runUntilMs(plan.atMs + 30 * 60_000);
      return world.truth.sloMsLost - lostAt.get(plan)!;
    },
  };
}
