import { performance } from 'node:perf_hooks';
import type { GuardInput } from '../agent/guard/decide.ts';
import { explainInput } from '../agent/guard/explain.ts';
import {
  compileOurs,
  decideBare,
  decideCedar,
  decideOurs,
  type PlainRequest,
  plainRequests,
  prepareCedar,
} from './guard-rules.ts';
import { type BenchRow, runPairs } from './pair.ts';

/*
 * P11: a hundred rules, from the plan and the facts to the effect, beside Cedar's pre-parsed policies in WebAssembly and
 * beside a bare loop. The answers of all three must be equal before anything is timed.
 */

const roundsOurs = 20;
const roundsCedar = 2;
/** Rounds for a p99.9: over all pairs, a million decisions of ours. */
const roundsOursRare = 200;
const roundsCedarRare = 10;

export function benchGuard(): readonly BenchRow[] {
  const policy = compileOurs();
  const inputs = plainRequests.map((request) => inputOf(request, policy));
  prepareCedar();
  assertEqualAnswers(inputs);
  const ours = () => nsPerDecision(inputs, decideOurs, roundsOurs);
  const rows = [
    runPairs({
      name: 'P11 guard, 100 rules: decisions per second beside cedar-wasm pre-parsed',
      unit: 'decisions/s',
      candidate: () => 1e9 / ours(),
      reference: () => 1e9 / nsPerDecision(plainRequests, decideCedar, roundsCedar),
    }),
    runPairs({
      name: 'P11 guard, 100 rules: time per decision beside a bare rule loop',
      unit: 'ns',
      candidate: ours,
      reference: () => nsPerDecision(plainRequests, decideBare, roundsOurs),
    }),
    runPairs({
      name: 'P11 guard, 100 rules: p99.9 of one decision beside cedar-wasm',
      unit: 'us',
      candidate: () => microsecondsP999(inputs, decideOurs, roundsOursRare),
      reference: () => microsecondsP999(plainRequests, decideCedar, roundsCedarRare),
    }),
  ];
  if (allowed === 0) throw new Error('no decision was counted');
  return rows;
}

function inputOf(request: PlainRequest, policy: ReturnType<typeof compileOurs>): GuardInput {
  const facts = {
    'target.role': request.role,
    'diagnosis.confidence': request.confidence / 100,
    'diagnosis.signals': request.signals,
  };
  return explainInput(request.action, 'target', policy, facts)!;
}

function assertEqualAnswers(inputs: readonly GuardInput[]): void {
  plainRequests.forEach((request, index) => {
    const ours = decideOurs(inputs[index]!);
    if (ours !== decideCedar(request) || ours !== decideBare(request)) {
      throw new Error(`the answers differ for ${JSON.stringify(request)}`);
    }
  });
}

// Answers are counted, so that no engine may leave the work out.
let allowed = 0;

function nsPerDecision<Item>(items: readonly Item[], decide: (item: Item) => boolean, rounds: number): number {
  const startedMs = performance.now();
  for (let round = 0; round < rounds; round++) {
    for (const item of items) if (decide(item)) allowed += 1;
  }
  return ((performance.now() - startedMs) * 1e6) / (rounds * items.length);
}

/** The place for the times is there before the first one is taken, so that no growing list and no collector is timed. */
function microsecondsP999<Item>(items: readonly Item[], decide: (item: Item) => boolean, rounds: number): number {
  const takenMs = new Float64Array(rounds * items.length);
  let taken = 0;
  for (let round = 0; round < rounds; round++) {
    for (const item of items) {
      const startedMs = performance.now();
      if (decide(item)) allowed += 1;
      takenMs[taken++] = performance.now() - startedMs;
    }
  }
  return takenMs.sort()[Math.floor(taken * 0.999)]! * 1000;
}

if (import.meta.main) console.log(JSON.stringify(benchGuard(), null, 2));
