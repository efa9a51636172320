import type { Command, CommandResult } from '../agent/commands.ts';
import type { Clock, Timer } from '../agent/ports.ts';
import { type AgentFace, silencedUntilMs } from '../agent/views/face.ts';
import { escapeText } from '../agent/views/text.ts';
import type { IncidentId } from '../model/entity.ts';
import type { JournalRow } from '../model/record.ts';
import { incidentCard, incidentNumber, latestDecision, planFacts } from './incident-card.ts';
import { type Form, linesMessage } from './message.ts';
import { incidentOf, noteOf } from './notes.ts';
import { Outbox } from './outbox.ts';
import type { ChatPort, Place } from './port.ts';
import type { ChatStore, Meaning } from './store.ts';
import { answerTo, helpMessage, incidentIdOf, isWrite, parseSaid, type Said } from './verbs.ts';

/** Oldest click or word that is still taken, ms; a replay of anything older is refused. */
const ageMaxMs = 5 * 60_000;

export interface BotOptions {
  readonly platform: 'slack';
  readonly face: AgentFace;
  readonly port: ChatPort;
  readonly store: ChatStore;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly clusterId: string;
  /** Ids of the channels in which people may change something. */
  readonly writeChannels: ReadonlySet<string>;
  /** Chat groups that the policy names now. */
  readonly userGroups: () => readonly string[];
  /** A fresh unguessable token of at most 40 bytes. */
  readonly newToken: () => string;
  readonly onProblem: (problem: string) => void;
}

/** Somebody did something, as the platform proved it. */
export interface Came {
  readonly userId: string;
  readonly place: Place;
  /** When the person did it, by the platform's clock. */
  readonly atMs: number;
}

export interface Click extends Came {
  readonly token: string;
  /** What the platform needs to open a form in answer; short-lived. */
  readonly triggerId: string;
}

export interface FilledForm extends Came {
  readonly token: string;
  readonly number: string;
  readonly note: string | null;
}

/**
 * The bot on any platform. It owns nothing: approvals are the agent's, this is a view of them and a way to the agent's
 * one door. Everything that it must remember is in the store.
 */
export class Bot {
  readonly #options: BotOptions;
  readonly #outbox: Outbox;
  readonly #asking = new Map<string, Promise<CommandResult>>();
  #unsubscribe: () => void = () => {};

  constructor(options: BotOptions) {
    this.#options = options;
    const { store, newToken, face, clusterId } = options;
    const tokenOf = (meaning: Meaning) => store.tokenOf(meaning, newToken);
    const draw = (incidentId: IncidentId) => incidentCard(face.knowledge(), incidentId, clusterId, tokenOf);
    this.#outbox = new Outbox({ ...options, draw });
  }

  /** Takes over what was journalled while the bot was away; on the first start only what is open now. */
  start(): void {
    const { face, store } = this.#options;
    if (store.cursor() === null) {
      const open = [...face.knowledge().incidents.values()].filter(({ resolvedAtMs }) => resolvedAtMs === null);
      store.takeOver(face.headSeq(), () => {
        for (const incident of open) store.touch(incident.id, incident.severity);
      });
    }
    this.#catchUp();
    this.#unsubscribe = face.onRow(() => this.#catchUp());
  }

  async stop(): Promise<void> {
    this.#unsubscribe();
    await this.#outbox.stop();
  }

  /** When all that is due has been sent. */
  idle(): Promise<void> {
    return this.#outbox.idle();
  }

  async click(click: Click): Promise<void> {
    const meaning = this.#options.store.meaningOf(click.token);
    const refusal = this.#refusal(click) ?? (meaning === null ? 'This button has expired; nothing ran.' : null);
    if (refusal !== null || meaning === null) return this.#tell(click, refusal ?? '');
    switch (meaning.verb) {
      case 'approve':
      case 'deny':
        return this.#confirm(click, meaning);
      case 'details':
        return this.#details(click, meaning.incidentId);
      case 'own':
        return this.#act(click, { type: 'own', incidentId: meaning.incidentId }, click.token);
      case 'stop-after-step': {
        const { decisionId } = meaning;
        if (decisionId === null) return this.#tell(click, 'There is nothing to stop; nothing ran.');
        return this.#act(
          click,
          { type: 'stop-after-step', decisionId, why: `${this.#personId(click)} asked` },
          click.token,
        );
      }
      default:
        meaning.verb satisfies never;
    }
  }

  /** What is wrong with a form, for its number field; null where it may be sent. Reads nothing but the store. */
  checkForm({ token, number }: Pick<FilledForm, 'token' | 'number'>): string | null {
    const meaning = this.#options.store.meaningOf(token);
    if (meaning === null) return 'This form has expired; nothing ran.';
    const wanted = incidentNumber(meaning.incidentId);
    return incidentIdOf(number.trim()) === meaning.incidentId ? null : `type ${wanted} to confirm`;
  }

  async submitForm(form: FilledForm): Promise<void> {
    const meaning = this.#options.store.meaningOf(form.token);
    const refusal = this.#refusal(form) ?? this.checkForm(form);
    if (refusal !== null || meaning === null) return this.#tell(form, refusal ?? '');
    await this.#answer(form, meaning, form.note, form.token);
  }

  /** @param key unique per message, so that a message delivered twice counts once */
  async said(came: Came, text: string, key: string): Promise<void> {
    const { face, port, clock } = this.#options;
    const said = parseSaid(text);
    if (said === null) return port.reply(came.place, helpMessage());
    const { verb } = said;
    if (!isWrite(verb)) return port.reply(came.place, answerTo(face, verb, said.about, clock.nowMs()));
    const refusal = this.#refusal(came);
    if (refusal !== null) return this.#tell(came, refusal);
    return this.#typed(came, said, key);
  }

  async #typed(came: Came, { verb, about, rest }: Said, key: string): Promise<void> {
    if (verb === 'pause' || verb === 'resume') {
      const why = rest === '' ? `${this.#personId(came)} asked` : rest;
      return this.#act(came, verb === 'pause' ? { type: 'pause', why, now: false } : { type: 'resume', why }, key);
    }
    const incidentId = incidentIdOf(about);
    if (incidentId === null) return this.#tell(came, `Which incident? Such as: ${verb} 0042. Nothing ran.`);
    if (verb === 'own') return this.#act(came, { type: 'own', incidentId }, key);
    // A typed answer is about what people saw last, not about what has come in its place since.
    const card = this.#options.store.card(incidentId);
    const note = rest.slice(about.length).trim();
    const meaning: Meaning = {
      verb: verb === 'approve' ? 'approve' : 'deny',
      incidentId,
      decisionId: card?.shownDecisionId ?? null,
      planHash: card?.shownPlanHash ?? null,
    };
    await this.#answer(came, meaning, note === '' ? null : note, key);
  }

  async #answer(came: Came, meaning: Meaning, note: string | null, key: string): Promise<void> {
    const { verb, decisionId, planHash } = meaning;
    if (decisionId === null || planHash === null) return this.#tell(came, 'Nothing is asked there; nothing ran.');
    const answer = verb === 'approve' ? 'approve' : 'deny';
    await this.#act(came, { type: 'answer', decisionId, planHash, answer, reason: note }, key);
  }

  /** Goes through the agent's one door, once per person and key, and says in private why nothing came of it. */
  async #act(came: Came, command: Command, key: string): Promise<void> {
    const personId = this.#personId(came);
    const idempotencyKey = `${key} ${personId}`;
    const asked = this.#asking.get(idempotencyKey) ?? this.#submit(personId, command, idempotencyKey);
    this.#asking.set(idempotencyKey, asked);
    const result = await asked;
    this.#asking.delete(idempotencyKey);
    if (!result.ok) await this.#tell(came, this.#refusalWords(result, command));
  }

  async #submit(personId: string, command: Command, idempotencyKey: string): Promise<CommandResult> {
    const { face, port, platform, userGroups } = this.#options;
    const read = await Promise.all(userGroups().map(async (id) => [id, await port.membersOf(id)] as const));
    const liveGroups = new Map(read.flatMap(([id, members]) => (members === null ? [] : [[id, members] as const])));
    return face.submit({ idempotencyKey, person: { id: personId, via: platform }, liveGroups, command });
  }

  #refusalWords({ code, message, hint }: CommandResult & { ok: false }, command: Command): string {
    const help = hint === null ? '' : ` (${hint})`;
    if (command.type !== 'answer' || code !== 'APPROVAL_NOT_ALLOWED') return `${message}. Nothing happened${help}.`;
    const from = this.#options.face.knowledge().decisions.get(command.decisionId)?.approval?.need.from ?? [];
    return `You are not in ${from.join(' or ')}. Nothing happened${help}.`;
  }

  /** Opens the form that asks for the number; a question that has ended meanwhile opens none. */
  async #confirm(click: Click, meaning: Meaning): Promise<void> {
    const { face, port } = this.#options;
    const decision = meaning.decisionId === null ? undefined : face.knowledge().decisions.get(meaning.decisionId);
    const state = decision?.approval?.state ?? 'unknown';
    if (decision === undefined || state !== 'requested' || decision.plan.planHash !== meaning.planHash) {
      return this.#tell(click, `${meaning.decisionId} is ${state}; nothing ran.`);
    }
    const approves = meaning.verb === 'approve';
    const form: Form = {
      token: click.token,
      title: `${approves ? 'Approve' : 'Reject'} ${meaning.incidentId}`,
      submitLabel: approves ? 'Approve' : 'Reject',
      facts: [...planFacts(decision.plan), { label: 'Checks', value: ['run again before anything happens'] }],
      inputs: [
        { id: 'number', label: `Type ${incidentNumber(meaning.incidentId)}`, optional: false },
        { id: 'note', label: 'Note', optional: true },
      ],
    };
    await port.openForm(click.triggerId, form);
  }

  async #details(click: Click, incidentId: IncidentId): Promise<void> {
    const { face, port, clock } = this.#options;
    const why = latestDecision(face.knowledge(), incidentId) === null ? 'incident' : 'why';
    await port.tell(click.place, click.userId, answerTo(face, why, incidentId, clock.nowMs()));
  }

  /** Why nothing may be done on a click or word, before its content is looked at. */
  #refusal({ place, atMs }: Came): string | null {
    const { clock, writeChannels } = this.#options;
    if (!(clock.nowMs() - atMs <= ageMaxMs)) return 'That was more than 5 minutes ago; nothing ran.';
    return writeChannels.has(place.channel) ? null : 'Nothing can be changed from this channel; nothing ran.';
  }

  #personId({ userId }: Came): string {
    return `${this.#options.platform}:${userId}`;
  }

  #tell({ place, userId }: Came, text: string): Promise<void> {
    return this.#options.port.tell(place, userId, linesMessage(escapeText(text)));
  }

  #catchUp(): void {
    const { face, store } = this.#options;
    const from = (store.cursor() ?? 0) + 1;
    for (const row of face.rows(from)) store.takeOver(row.seq, () => this.#takeOver(row));
    this.#outbox.wake();
  }

  #takeOver(row: JournalRow): void {
    const { face, store } = this.#options;
    const incidentId = incidentOf(row.record);
    const note = noteOf(row, incidentId === null ? null : (store.card(incidentId)?.severity ?? null));
    const untilMs = incidentId === null ? 0 : silencedUntilMs(face.knowledge(), incidentId);
    // A silenced incident goes on in its thread, where nobody is called.
    if (note !== null) store.addNote(row.atMs < untilMs ? { ...note, alsoInChannel: false } : note);
    const incident = incidentId === null ? undefined : face.knowledge().incidents.get(incidentId);
    if (incident !== undefined) store.touch(incident.id, incident.severity);
  }
}
