import { type NodeRecord, rankSuspects } from './rootcause/call-flow.ts';

/** Metrics of services on one common list of rows, NaN where unknown. */
export interface Incident {
  /** Service, then metric, then one value per row. */
  readonly services: ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;
  readonly rows: number;
  /** First row of the incident, from 0. */
  readonly startRow: number;
  /** Caller to callees; null: not known. */
  readonly calls: ReadonlyMap<string, readonly string[]> | null;
  /** Service that raised the alert; null: not known. */
  readonly alerting: string | null;
}

export interface Evidence {
  readonly metric: string;
  readonly usualMedian: number;
  readonly incidentMedian: number;
  /** Harm beyond that of its callees over the most it usually shows; at most `timesUsualMax`. */
  readonly timesUsual: number;
  /** Own harm over that of the service this metric speaks most against. */
  readonly harmShareRatio: number;
}

export interface Suspect {
  readonly service: string;
  /** Largest over the metrics of `harmShareRatio` times the logarithm of `timesUsual`, in nats. */
  readonly weightNats: number;
  readonly evidence: readonly Evidence[];
}

export interface Diagnosis {
  /** The rows that were compared, from 0, the last one included; null where there are none. */
  readonly usualRows: readonly [number, number] | null;
  readonly incidentRows: readonly [number, number] | null;
  /** Worst first; empty: abstains. */
  readonly suspects: readonly Suspect[];
  readonly abstained: string | null;
  /** What would make the answer surer. */
  readonly wouldSettle: readonly string[];
}

/** Rows compared at most: the work grows with their product, and a day of five minutes tells a cause from its effects. */
const incidentRowsMax = 288;
const usualRowsMax = 4_000;
/** As `rankSuspects` asks for it. */
const usualRowsMin = 10;
/** Against a metric that never moved any change is endless times usual; more than this says no more. */
const timesUsualMax = 1_000;
/** Beyond this, sums overflow; no metric of a cluster is that large. */
const valueMax = 1e100;

/** Metrics that count calls: they weigh the harm and are none themselves. */
const callCounts = ['requests', 'calls', 'request_count', 'rps'];
const lowerIsWorse = /availab|success|throughput|hit_?ratio|free|idle|ready|uptime/i;
/** Calls every service where no alert says where to begin; no service can have this name. */
const everywhere = '\u0000';

/**
 * Who is to blame for an incident, by the analysis along the call graph, one metric after the other. The metric that
 * speaks most decides: several quantiles of one latency are no independent witnesses. On the PetShop cases with all their
 * metrics (docs/accuracy.md) that names 0.92 of the culprits first, the sum over metrics 0.81.
 */
export function backtestDiagnose(incident: Incident): Diagnosis {
  const { rows, startRow, services } = incident;
  const wouldSettle = gapsOf(incident);
  const usual = [Math.max(0, startRow - usualRowsMax), startRow - 1] as const;
  const now = [startRow, Math.min(rows, startRow + incidentRowsMax) - 1] as const;
  if (startRow < usualRowsMin || startRow >= rows) {
    const abstained = `${startRow} rows before the incident are too few to know what is usual`;
    const longer = `at least ${usualRowsMin} rows from before the incident`;
    return { usualRows: null, incidentRows: null, suspects: [], abstained, wouldSettle: [longer, ...wouldSettle] };
  }
  const found = new Map<string, Evidence[]>();
  for (const metric of metricsOf(services)) {
    for (const [service, evidence] of evidenceOf(incident, metric, usual, now)) {
      found.set(service, [...(found.get(service) ?? []), evidence]);
    }
  }
  const suspects = [...found].map(([service, evidence]): Suspect => {
    const weights = evidence.map(({ harmShareRatio, timesUsual }) => harmShareRatio * Math.log(timesUsual));
    return { service, weightNats: Math.max(...weights), evidence };
  });
  suspects.sort((a, b) => b.weightNats - a.weightNats || (a.service < b.service ? -1 : 1));
  const abstained = suspects.length > 0 ? null : 'no service was clearly worse in the incident than it usually gets';
  const more =
    suspects.length > 0 ? [] : ['--at with the start of the incident', 'the metric that the alert was about'];
  return { usualRows: usual, incidentRows: now, suspects, abstained, wouldSettle: [...more, ...wouldSettle] };
}

function gapsOf({ calls, alerting, services }: Incident): string[] {
  const counted = [...services.values()].some((metrics) => callCounts.some((name) => metrics.has(name)));
  return [
    ...(calls === null
      ? ['--graph: without it a caller that waits for a slow service looks as bad as that service']
      : []),
    ...(alerting === null ? ['--alert: with it and the graph only what that service calls is suspected'] : []),
    ...(counted ? [] : [`a metric named ${callCounts[0]}: without it every row weighs the same`]),
  ];
}

function metricsOf(services: Incident['services']): string[] {
  const names = new Set([...services.values()].flatMap((metrics) => [...metrics.keys()]));
  const harmful = [...names].filter((name) => !callCounts.includes(name));
  return harmful.toSorted();
}

type Rows = readonly [number, number];

function evidenceOf(incident: Incident, metric: string, usualRows: Rows, nowRows: Rows): [string, Evidence][] {
  const { services, calls, alerting } = incident;
  const usual = recordsOf(services, metric, usualRows);
  const now = recordsOf(services, metric, nowRows);
  const suspects = rankSuspects({
    calls: graphOf(calls, services, alerting),
    usual: new Map([[everywhere, nothing], ...usual]),
    now: new Map([[everywhere, nothing], ...now]),
    alerting: calls === null ? everywhere : (alerting ?? everywhere),
    worse: lowerIsWorse.test(metric) ? 'lower' : 'higher',
  });
  const worst = suspects[0]?.ownHarm ?? 0;
  return suspects.map(({ node, ownHarm, timesUsual }) => [
    node,
    {
      metric,
      usualMedian: middleOf(usual.get(node)!.value),
      incidentMedian: middleOf(now.get(node)!.value),
      timesUsual: Math.min(timesUsual, timesUsualMax),
      harmShareRatio: ownHarm / worst,
    },
  ]);
}

const nothing: NodeRecord = { value: [], calls: [] };

function graphOf(calls: Incident['calls'], services: Incident['services'], alerting: string | null) {
  const known = calls ?? new Map<string, string[]>();
  return alerting !== null && calls !== null ? known : new Map([...known, [everywhere, [...services.keys()]]]);
}

function recordsOf(services: Incident['services'], metric: string, [first, last]: Rows): Map<string, NodeRecord> {
  const records = new Map<string, NodeRecord>();
  for (const [service, metrics] of services) {
    const values = metrics.get(metric);
    if (values === undefined) continue;
    const counts = metrics.get(callCounts.find((name) => metrics.has(name)) ?? '');
    const value = values.slice(first, last + 1).map(bounded);
    const calls = counts?.slice(first, last + 1).map(bounded) ?? value.map(() => 1);
    records.set(service, { value, calls });
  }
  return records;
}

function bounded(value: number): number {
  return Math.abs(value) <= valueMax ? value : Number.NaN;
}

function middleOf(values: readonly number[]): number {
  const known = values.filter(Number.isFinite).toSorted((a, b) => a - b);
  return known[known.length >> 1] ?? Number.NaN;
}
