import type { Inventory } from '../model/inventory.ts';
import type { Observation } from '../model/observation.ts';
import type { JournalRow } from '../model/record.ts';
import type { AgentState } from './agent-state.ts';
import type { CommandRequest, CommandResult } from './commands.ts';
import type { Knowledge } from './knowledge/knowledge.ts';
import type { Clock } from './ports.ts';
import type { Shell } from './shell.ts';
import type { AgentFace, AgentStatus, OwnStatus } from './views/face.ts';

/** Where rows come from: the open journal of the acting process, or the file as a standby reads it. */
export interface RowSource {
  read(fromSeq: number): Iterable<JournalRow>;
  head(): { readonly seq: number };
}

/** The face of an agent whose shell comes and goes with the lease. */
export interface LiveFace extends AgentFace {
  /** The shell that acts from now on, or null while another process does. */
  become(shell: Shell | null, rows: RowSource): void;
  tell(row: JournalRow): void;
  /** Ids of the Slack user groups that the policy names now. */
  slackGroups(): string[];
}

/** Builds the one view of the agent that API, terminal and chat share. */
export function liveFace(standby: AgentState, clock: Clock, own: () => OwnStatus | null = () => null): LiveFace {
  const listeners = new Set<(row: JournalRow) => void>();
  let shell: Shell | null = null;
  let rows: RowSource = { read: () => [], head: () => ({ seq: 0 }) };
  const agent = (): AgentState => shell?.agent ?? standby;

  return {
    become(nextShell, nextRows) {
      shell = nextShell;
      rows = nextRows;
    },
    tell: (row) => {
      for (const listener of listeners) listener(row);
    },
    slackGroups: () => Object.values(agent().policy.people).flatMap(({ slackGroup }) => slackGroup ?? []),
    knowledge: (): Knowledge => agent().knowledge,
    inventory: (): Inventory | null => agent().monitor.inventory,
    status: () => ({ ...statusOf(agent(), shell !== null, clock.nowMs()), own: own() }),
    submit: (request) => submit(shell, request),
    observe: (source: string, observations: readonly Observation[]) =>
      shell?.push({ type: 'observed', source, observations }),
    headSeq: () => rows.head().seq,
    rows: (fromSeq) => rows.read(fromSeq),
    onRow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function submit(shell: Shell | null, request: CommandRequest): Promise<CommandResult> {
  if (shell === null) {
    const message = 'this process is on standby: another one holds the lease and must be asked';
    return Promise.resolve({ ok: false, code: 'AGENT_STANDBY', message, hint: 'ask the process that acts' });
  }
  return new Promise((resolve) => shell.submit(request, resolve));
}

function statusOf(agent: AgentState, holdsLease: boolean, nowMs: number): Omit<AgentStatus, 'own'> {
  const { monitor, policy, knowledge } = agent;
  const notReadyWhy = !holdsLease
    ? 'on standby: another process holds the lease'
    : monitor.inventory === null
      ? 'the cluster has not been seen yet'
      : null;
  const pictures = Object.entries(monitor.inventory?.observedAtMs ?? {});
  return {
    clusterId: agent.options.clusterId,
    ready: notReadyWhy === null,
    notReadyWhy,
    mode: agent.mode,
    policyName: policy.name,
    policyHash: policy.hash,
    holdsLease,
    dataAgeMs: Object.fromEntries(pictures.map(([source, atMs]) => [source, Math.max(0, nowMs - atMs)])),
    stop: agent.stop,
    paused: knowledge.paused,
    slos: agent.slos,
  };
}
