/** What is seen of a node that may come before its failure. */
export interface Symptoms {
  readonly diskErrorsPerMinute: number;
  readonly networkErrorsPerMinute: number;
  /** Ends of its instances in the last half hour, whatever ended them. */
  readonly instanceEnds: number;
  readonly temperatureCel: number;
  /** Where it will be in three minutes if it goes on rising. */
  readonly temperatureAheadCel: number;
}

/** Log-odds of failing within the horizon: of a node without symptoms, and added per unit of each symptom. */
export interface HazardWeights {
  readonly base: number;
  readonly diskErrors: number;
  readonly networkErrors: number;
  readonly instanceEnds: number;
  readonly heat: number;
}

/**
 * Where learning starts, by judgement: a sound node fails within half an hour in one of a thousand cases; each e-fold of
 * errors more than doubles the odds, and each degree above what servers are built for doubles them.
 */
export const hazardPrior: HazardWeights = {
  base: -7,
  diskErrors: 0.8,
  networkErrors: 0.5,
  instanceEnds: 0.8,
  heat: 0.7,
};

/** Inlet temperature up to which class A2 hardware may run (ASHRAE TC 9.9, "Thermal Guidelines", 2021). */
const builtForCel = 35;

/** Degrees beyond which hotter is not worse. */
const heatMax = 15;

type Inputs = Readonly<Record<Exclude<keyof HazardWeights, 'base'>, number>>;

function inputsOf(seen: Symptoms): Inputs {
  return {
    diskErrors: Math.log1p(seen.diskErrorsPerMinute),
    networkErrors: Math.log1p(seen.networkErrorsPerMinute),
    instanceEnds: Math.log1p(seen.instanceEnds),
    heat: Math.min(heatMax, Math.max(0, seen.temperatureAheadCel - builtForCel)),
  };
}

const names = Object.keys(hazardPrior).filter((name) => name !== 'base') as (keyof Inputs)[];

export function failureProbability(weights: HazardWeights, seen: Symptoms): number {
  const inputs = inputsOf(seen);
  const odds = names.reduce((sum, name) => sum + weights[name] * inputs[name], weights.base);
  return 1 / (1 + Math.exp(-odds));
}

/** What adds to the odds, strongest first, at most three. */
export function failureReasons(weights: HazardWeights, seen: Symptoms): string[] {
  const inputs = inputsOf(seen);
  const words: Readonly<Record<keyof Inputs, string>> = {
    diskErrors: `${round(seen.diskErrorsPerMinute)} disk errors a minute`,
    networkErrors: `${round(seen.networkErrorsPerMinute)} network errors a minute`,
    instanceEnds: `${seen.instanceEnds} of its instances ended within half an hour`,
    heat: `${round(seen.temperatureCel)} °C at its inlet, ${round(seen.temperatureAheadCel)} °C in three minutes`,
  };
  return names
    .map((name) => ({ name, adds: weights[name] * inputs[name] }))
    .filter(({ adds }) => adds >= leastOdds)
    .sort((a, b) => b.adds - a.adds)
    .slice(0, 3)
    .map(({ name, adds }) => `${words[name]} (odds times ${round(Math.exp(adds))})`);
}

/** A symptom that adds less is no reason, log-odds. */
const leastOdds = 0.1;
const learningRate = 0.05;
/** One surprise moves no weight further, and no weight ever turns a symptom into a good sign. */
const stepMax = 0.5;

/** One step of logistic regression along the gradient of the log-loss, towards what came. */
export function learnOutcome(weights: HazardWeights, seen: Symptoms, failed: boolean): HazardWeights {
  const inputs = inputsOf(seen);
  const error = Number(failed) - failureProbability(weights, seen);
  const step = (input: number) => Math.max(-stepMax, Math.min(stepMax, learningRate * error * input));
  const next = (name: keyof Inputs) => Math.max(0, weights[name] + step(inputs[name]));
  return {
    base: weights.base + step(1),
    diskErrors: next('diskErrors'),
    networkErrors: next('networkErrors'),
    instanceEnds: next('instanceEnds'),
    heat: next('heat'),
  };
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(2)));
}
