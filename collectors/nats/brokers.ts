import type { BrokerAddress, BrokerAnswer, BrokerView } from './monitoring.ts';
import { readBroker } from './monitoring.ts';

/** One slow answer is not an absence: with two cores a healthy server may take a second. */
const silentRoundsMax = 2;
/** `/healthz` flaps while a replica is a few entries behind, though publishing is fine. */
const ailingRoundsMax = 3;

/** One server after debouncing. */
export interface BrokerStatus {
  readonly instanceId: string;
  /** Null until it has answered once. */
  readonly serverName: string | null;
  readonly replicaGroup: string | null;
  readonly online: boolean;
  readonly healthy: boolean;
  /** What it said in this round; null when it said nothing. */
  readonly view: BrokerView | null;
}

export interface Round {
  readonly brokers: readonly BrokerStatus[];
  /** Why each silent one was silent. */
  readonly silences: readonly string[];
}

interface Memory {
  serverName: string | null;
  silentRounds: number;
  ailingRounds: number;
}

/** Asks all servers at once and remembers, between rounds, their names and how long they have been silent or ailing. */
export function brokerRounds(brokers: () => readonly BrokerAddress[]): (signal: AbortSignal) => Promise<Round> {
  const memories = new Map<string, Memory>();
  return async (signal) => {
    const asked = brokers();
    const answers = await Promise.all(asked.map((broker) => readBroker(broker, signal)));
    return {
      brokers: answers.map((answer, index) => {
        const { instanceId, replicaGroup } = asked[index]!;
        const memory = memories.get(instanceId) ?? { serverName: null, silentRounds: 0, ailingRounds: 0 };
        memories.set(instanceId, memory);
        remember(memory, answer);
        return {
          instanceId,
          replicaGroup,
          serverName: memory.serverName,
          online: memory.silentRounds < silentRoundsMax,
          healthy: memory.ailingRounds < ailingRoundsMax,
          view: answer.ok ? answer.view : null,
        };
      }),
      silences: answers.filter((answer) => !answer.ok).map(({ instanceId, why }) => `${instanceId}: ${why}`),
    };
  };
}

function remember(memory: Memory, answer: BrokerAnswer): void {
  if (!answer.ok) {
    memory.silentRounds = answer.certain ? silentRoundsMax : memory.silentRounds + 1;
    return;
  }
  memory.serverName = answer.view.serverName;
  memory.silentRounds = 0;
  memory.ailingRounds = answer.view.ailment === null ? 0 : memory.ailingRounds + 1;
}
