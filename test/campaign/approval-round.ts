import {
  answerApproval,
  expireApproval,
  type GivenAnswer,
  requestApproval,
  revokeApproval,
} from '../../agent/guard/approvals.ts';
import { decideVerdict, type GuardInput } from '../../agent/guard/decide.ts';
import type { Policy } from '../../agent/guard/policy.ts';
import type { Approval, Person } from '../../model/approval.ts';
import { act, inputFor, noonMs, past, policyOf } from '../agent/guard/fixture.ts';
import { type Choices, choicesOf } from './choices.ts';

/** What one question needs, in a form that the oracle reads. */
interface Terms {
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly from: readonly string[];
  readonly need: number;
  readonly oneFromEach: boolean;
  readonly expiresMs: number;
}

interface Setting {
  readonly terms: Terms;
  readonly policy: Policy;
}

const groups = { oncall: ['unix:maria', 'unix:ivo', 'slack:U0MARIA'], platform: ['unix:lena', 'token:deploy'] };
const strangers = [
  'unix:eve',
  'unix:Maria',
  'maria',
  'unix:maria ',
  'slack:UNIX:MARIA',
  'slack:B0MARIA',
  'token:maria',
  '',
];

/** Every shape of need, compiled once. */
export function approvalSettings(): Setting[] {
  const froms = [['oncall'], ['platform'], ['oncall', 'platform']];
  return froms.flatMap((from) =>
    [1, 2, 3].flatMap((need) =>
      [false, true]
        .filter((oneFromEach) => !oneFromEach || need >= from.length)
        .map((oneFromEach) => {
          const terms: Terms = { groups, from, need, oneFromEach, expiresMs: 300_000 };
          return { terms, policy: policyOf(write(terms)) };
        }),
    ),
  );
}

function write({ from, need, oneFromEach }: Terms): string {
  const people = Object.fromEntries(Object.entries(groups).map(([id, users]) => [id, { users }]));
  return JSON.stringify({
    version: 1,
    name: 'approvals',
    mode: 'autonomous',
    timezone: 'UTC',
    people,
    limits: {
      targetsAtOnce: 50,
      capacityAtOnce: 1,
      keepHealthy: { worker: 0 },
      changeBudget: { perTarget: '9 per 1h' },
    },
    approval: { from, need, oneFromEach, expires: '5m' },
    rules: [{ id: 'ask', effect: 'ask', actions: ['*'], why: 'campaign' }],
  });
}

/** One question and a storm of answers, some of them honest. Returns what went wrong. */
export function playApproval(seed: number, settings: readonly Setting[]): { broken: string[]; approved: boolean } {
  const choices = choicesOf(seed);
  const { terms, policy } = choices.pick(settings);
  const input = inputFor({ policy, actions: [act('instance.restart', 'worker-1')] });
  const asker = choices.chance(0.3) ? personOf(choices.pick(everybody(terms))) : null;
  let approval = requestApproval(input.plan, decideVerdict(input), noonMs, asker);
  const ledger = openLedger(terms, asker, approval.planHash);
  const broken: string[] = [];
  const answers = drawAnswers(choices, terms, approval.planHash);
  let nowMs = noonMs;
  for (const given of answers) {
    nowMs += choices.pick([0, 1, 1_000, 60_000, 299_999, 300_000]);
    if (choices.chance(0.1)) approval = expireApproval(approval, nowMs);
    if (choices.chance(0.02)) {
      approval = revokeApproval(approval, personOf('unix:lena'), nowMs, null);
      ledger.closed = true;
    }
    const expected = ledger.wouldAccept(given, nowMs);
    const result = answerApproval(approval, given, policy, nowMs);
    if (result.accepted && !expected) broken.push(`accepted ${JSON.stringify(given)} at +${nowMs - noonMs} ms`);
    if (!result.accepted && expected) broken.push(`refused ${JSON.stringify(given)}: ${result.code}`);
    if (result.accepted) ledger.take(given);
    approval = result.approval;
  }
  const approved = approval.state === 'approved';
  if (approved && !ledger.isFull()) broken.push('approved by too few');
  broken.push(...spendTwice(input, approval, ledger.isFull() && !ledger.closed, nowMs));
  return { broken, approved };
}

/** Sends the plan off as often as somebody asks; it may act once, and only when enough people said so. */
function spendTwice(input: GuardInput, approval: Approval, mayAct: boolean, nowMs: number): string[] {
  const broken: string[] = [];
  const facts = { ...input.facts, lease: { epoch: 1, expiresAtMs: nowMs + 1 }, causeSinceMs: nowMs - 3_600_000 };
  const passes = (history: GuardInput['facts']['history'], plan = input.plan) =>
    decideVerdict({ ...input, plan, nowMs, approval, facts: { ...facts, history } }).effect === 'auto';
  const first = passes([]);
  if (first && !mayAct) broken.push('acted without enough approvals');
  const spent = past({ decisionId: 'D-1', atMs: nowMs - 1, outcome: 'succeeded' });
  if (passes([spent])) broken.push('acted twice on one approval');
  if (passes([], { ...input.plan, planHash: 'edited' })) broken.push('acted on an edited plan');
  if (passes([], { ...input.plan, decisionId: 'D-2' })) broken.push('acted on another decision');
  return broken;
}

interface Ledger {
  closed: boolean;
  wouldAccept(given: GivenAnswer, nowMs: number): boolean;
  take(given: GivenAnswer): void;
  isFull(): boolean;
}

/** The oracle: its own small account of who has answered, from the terms alone. */
function openLedger(terms: Terms, asker: Person | null, planHash: string): Ledger {
  const yes = new Set<string>();
  const answered = new Set<string>();
  const allowed = new Set(everybody(terms));
  const isFull = () =>
    yes.size >= terms.need && (!terms.oneFromEach || terms.from.every((id) => hasOwnMember(id, terms, yes)));
  return {
    closed: false,
    wouldAccept({ person, planHash: hash, answer }, nowMs) {
      const isForged = person.id.startsWith('slack:') !== (person.via === 'slack');
      const isLate = nowMs >= noonMs + terms.expiresMs;
      const isOwn = answer === 'approve' && person.id === asker?.id;
      const isOpen = !this.closed && !isFull() && !isLate;
      return isOpen && !isForged && !isOwn && allowed.has(person.id) && !answered.has(person.id) && hash === planHash;
    },
    take({ person, answer }) {
      answered.add(person.id);
      if (answer === 'deny') this.closed = true;
      else yes.add(person.id);
    },
    isFull,
  };
}

/** The groups of this campaign share nobody, so one member of each is one person of each. */
function hasOwnMember(id: string, { groups: all }: Terms, yes: ReadonlySet<string>): boolean {
  return (all[id] ?? []).some((person) => yes.has(person));
}

function everybody({ from, groups: all }: Terms): string[] {
  return from.flatMap((id) => all[id] ?? []);
}

function personOf(id: string): Person {
  return { id, via: id.startsWith('slack:') ? 'slack' : 'cli' };
}

function drawAnswers(choices: Choices, terms: Terms, planHash: string): GivenAnswer[] {
  const { pick, chance, int } = choices;
  const honest = (): GivenAnswer => ({
    person: personOf(pick(everybody(terms))),
    answer: chance(0.95) ? 'approve' : 'deny',
    planHash,
    reason: null,
  });
  const answers = Array.from({ length: 1 + int(6) }, () => (chance(0.6) ? honest() : mutated(honest(), choices)));
  // Replays and double deliveries, in any order.
  return answers.flatMap((one) => (chance(0.2) ? [one, one] : [one]));
}

function mutated(given: GivenAnswer, { pick, int }: Choices): GivenAnswer {
  const { person, planHash } = given;
  return pick<GivenAnswer>([
    { ...given, planHash: 'hash-of-another-incident' },
    { ...given, planHash: planHash.toUpperCase() },
    { ...given, planHash: '' },
    { ...given, person: { ...person, id: pick(strangers) } },
    { ...given, person: { ...person, via: person.via === 'slack' ? 'api' : 'slack' } },
    { ...given, person: { ...person, via: 'policy' }, planHash: 'by-the-policy' },
    { ...given, person: { ...person, id: person.id.slice(0, -1 - int(2)) } },
    { ...given, person: { ...person, id: `${person.id}\u0000` } },
  ]);
}
