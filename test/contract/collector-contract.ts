import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Clock, Collector, FactsAnswer } from '../../agent/ports.ts';
import { type EntityRef, entityKey } from '../../model/entity.ts';
import type { InventoryPart } from '../../model/inventory.ts';
import { wellKnownMetrics } from '../../model/metrics.ts';
import type { Observation } from '../../model/observation.ts';
import { answerOf, inventories, lastPart, type PassTime, type Watched, watch } from './observed.ts';

/** A small cluster that a collector watches, and the ways in which a test may hurt it. */
export interface CollectorFixture {
  readonly clock: Clock;
  readonly passTime: PassTime;
  /** A new collector on the same cluster. */
  collector(): Collector;
  /** The same, on a source that does not answer; only where the source can fail. */
  cutOffCollector?: () => Collector;
  /** Entity of which `readFacts` can give samples. */
  readonly measured: EntityRef;
  /** An instance that may be killed, paused and brought back. */
  kill(): void;
  pause(): void;
  revive(): void;
  /** How the source's picture shows it. */
  looksDown(part: InventoryPart): boolean;
  looksWell(part: InventoryPart): boolean;
  close(): void;
}

/** What every collector must do, whatever it watches. */
export function collectorContract(name: string, open: () => CollectorFixture, { canFail } = { canFail: true }): void {
  describe(`the ${name} collector`, () => {
    const subject = subjectOf(open);
    pictureTests(subject);
    faultTests(subject);
    if (canFail) silenceTests(subject);
    factsTests(subject);
  });
}

/** The fixture, and the collector that the running test watches. */
interface Subject {
  fixture(): CollectorFixture;
  begin(collector?: Collector): { readonly collector: Collector } & Watched;
}

function subjectOf(open: () => CollectorFixture): Subject {
  let fixture: CollectorFixture;
  let collector: Collector;
  beforeAll(() => {
    fixture = open();
  });
  afterEach(() => collector.stop());
  afterAll(() => fixture.close());
  return {
    fixture: () => fixture,
    begin(given) {
      collector = given ?? fixture.collector();
      return { collector, ...watch(collector, fixture.passTime) };
    },
  };
}

function pictureTests({ fixture, begin }: Subject): void {
  test('names its source, time and unit in every observation, and the metric as the model knows it', async () => {
    const { collector, observations, until } = begin();
    await until(() => observations.some(({ kind }) => kind === 'metric') && inventories(observations).length > 1);
    for (const observation of observations) {
      expect(observation.source).toBe(collector.name);
      expect(Number.isInteger(observation.observedAtMs)).toBe(true);
      // A second of grace for a source with a clock of its own.
      expect(observation.observedAtMs).toBeLessThanOrEqual(fixture().clock.nowMs() + 1_000);
      if (observation.kind === 'metric') expect(observation).toMatchObject(metaOf(observation.name));
    }
  });

  test('gives a picture whose ids fit together, and measures only what is in it', async () => {
    const { observations, until } = begin();
    await until(() => observations.some(({ kind }) => kind === 'metric') && inventories(observations).length > 1);
    const part = lastPart(observations)!;
    expect(danglingIds(part)).toEqual([]);
    expect(strangers(observations, part)).toEqual([]);
  });

  test('repeats its whole picture when nothing has changed, with a later time', async () => {
    const { observations, until } = begin();
    await until(() => inventories(observations).length >= 3);
    const [first, , third] = inventories(observations);
    expect(Object.keys(third!.part).sort()).toEqual(Object.keys(first!.part).sort());
    expect(third!.observedAtMs).toBeGreaterThan(first!.observedAtMs);
  });

  test('says nothing more after it was stopped', async () => {
    const { collector, observations, until } = begin();
    await until(() => inventories(observations).length > 0);
    collector.stop();
    const said = observations.length;
    const other = begin();
    await other.until(() => inventories(other.observations).length >= 3);
    expect(observations).toHaveLength(said);
  });
}

function faultTests({ fixture, begin }: Subject): void {
  test.each(['kill', 'pause'] as const)(
    'shows what a %s does to an instance, and shows it well again',
    async (fault) => {
      const { observations, until } = begin();
      const shows = (looks: (part: InventoryPart) => boolean) => () => {
        const part = lastPart(observations);
        return part !== undefined && looks(part);
      };
      await until(shows(fixture().looksWell));
      fixture()[fault]();
      await until(shows(fixture().looksDown));
      fixture().revive();
      await until(shows(fixture().looksWell));
    },
  );
}

function silenceTests({ fixture, begin }: Subject): void {
  test('reports a source that does not answer, and fails to read facts from it', async () => {
    const { cutOffCollector, passTime, measured } = fixture();
    if (cutOffCollector === undefined) throw new Error('the fixture gives no collector that is cut off');
    const { collector, observations, problems, until } = begin(cutOffCollector());
    await until(() => problems.length > 0);
    const answer = await answerOf<FactsAnswer>(passTime, (done) =>
      collector.readFacts({ entities: [measured], timeoutMs: 3_000 }, done),
    );
    expect(answer).toMatchObject({ ok: false });
    expect(inventories(observations)).toEqual([]);
  });
}

function factsTests({ fixture, begin }: Subject): void {
  test('reads facts anew: once, in time, with its whole picture and samples of what was named', async () => {
    const { collector, observations, until } = begin();
    const { clock, passTime, measured } = fixture();
    await until(() => inventories(observations).length > 0);
    const askedAtMs = clock.nowMs();
    let answers = 0;
    const answer = await answerOf<FactsAnswer>(passTime, (done) =>
      collector.readFacts({ entities: [measured], timeoutMs: 10_000 }, (told) => {
        answers += 1;
        done(told);
      }),
    );
    expect(answers).toBe(1);
    const told = answer.ok ? answer.observations : [];
    expect(inventories(told)).toHaveLength(1);
    expect(inventories(told)[0]!.observedAtMs).toBeGreaterThanOrEqual(askedAtMs);
    expect(told.filter((one) => one.kind === 'metric' && isSame(one.entity, measured))).not.toEqual([]);
  });
}

function metaOf(name: string): { unit: string; type: string } {
  const known = Object.entries(wellKnownMetrics).find(([metric]) => metric === name)?.[1];
  expect(known, `${name} is a well-known metric`).toBeDefined();
  return { unit: known!.unit, type: known!.type };
}

const isSame = (a: EntityRef, b: EntityRef): boolean => entityKey(a) === entityKey(b);

/** Ids per kind that a part speaks of, for the kinds that it knows at all. */
function knownIds(part: InventoryPart): Map<EntityRef['kind'], ReadonlySet<string>> {
  const lists = {
    site: part.sites,
    zone: part.zones,
    node: part.nodes,
    workload: part.workloads,
    instance: part.instances,
    'replica-group': part.replicaGroups,
    queue: part.queues,
    job: part.jobs,
  } as const;
  const known = new Map<EntityRef['kind'], ReadonlySet<string>>();
  for (const [kind, items] of Object.entries(lists) as [EntityRef['kind'], readonly { id: string }[] | undefined][])
    if (items !== undefined) known.set(kind, new Set(items.map(({ id }) => id)));
  return known;
}

/** References within a part to something that the same part should hold and does not. */
function danglingIds(part: InventoryPart): string[] {
  const known = knownIds(part);
  const references: EntityRef[] = [
    ...(part.zones ?? []).map(({ siteId }) => ({ kind: 'site', id: siteId }) as const),
    ...(part.nodes ?? []).map(({ zoneId }) => ({ kind: 'zone', id: zoneId }) as const),
    ...(part.instances ?? []).map(({ nodeId }) => ({ kind: 'node', id: nodeId }) as const),
    ...(part.instances ?? []).map(({ workloadId }) => ({ kind: 'workload', id: workloadId }) as const),
    ...(part.replicaGroups ?? []).flatMap(({ members }) =>
      members.map(({ instanceId }) => ({ kind: 'instance', id: instanceId }) as const),
    ),
    ...(part.edges ?? []).flatMap(({ from, to }) => [from, to]),
  ];
  return references.filter(({ kind, id }) => known.get(kind)?.has(id) === false).map(entityKey);
}

/** Entities that were observed and that the same source's picture does not hold. */
function strangers(observations: readonly Observation[], part: InventoryPart): string[] {
  const known = knownIds(part);
  const observed = observations.flatMap((observation) =>
    observation.kind === 'inventory' ? [] : [observation.entity],
  );
  return observed.filter(({ kind, id }) => known.get(kind)?.has(id) === false).map(entityKey);
}
