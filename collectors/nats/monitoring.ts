/** One NATS server as it is reached for monitoring. */
export interface BrokerAddress {
  readonly instanceId: string;
  /** Such as `http://10.0.0.1:8222`; null while it is known to have no address. */
  readonly url: string | null;
  /** Replica group that it is labelled with, which names its stream in whatever case; null where it has no label. */
  readonly replicaGroup: string | null;
}

/** What one server said in one round. */
export interface BrokerView {
  readonly instanceId: string;
  readonly serverName: string;
  readonly version: string;
  /** Addresses for clients, `host:port`, of all servers that this one knows. */
  readonly clientAddresses: readonly string[];
  /** The server's own clock, Unix ms. */
  readonly atMs: number;
  /** Null when healthy, else the words of `/healthz`. */
  readonly ailment: string | null;
  /** Bytes that JetStream keeps on disk; null when JetStream is off, which is also what a full disk makes of it. */
  readonly storageBytes: number | null;
  /** Streams of which this server holds a replica. Only the leader's view of the other replicas is true. */
  readonly streams: readonly StreamView[];
}

export interface StreamView {
  readonly name: string;
  /** Name of the server whose view this is. */
  readonly holder: string;
  readonly retention: string;
  readonly replicaCount: number;
  /** Server names throughout. */
  readonly leader: string | null;
  readonly replicas: readonly { readonly name: string; readonly current: boolean; readonly lag: number }[];
  readonly messages: number;
  readonly lastSeq: number;
  readonly firstAtMs: number | null;
  readonly consumers: readonly ConsumerView[];
}

export interface ConsumerView {
  readonly name: string;
  readonly leader: string | null;
  readonly pending: number;
  readonly ackPending: number;
  readonly redelivered: number;
  readonly ackedSeq: number;
  readonly paused: boolean;
}

export type BrokerAnswer =
  | { readonly ok: true; readonly view: BrokerView }
  /** `certain` when the address refused or there is none: that is no slowness. */
  | { readonly ok: false; readonly instanceId: string; readonly certain: boolean; readonly why: string };

/**
 * Asks one server for `/varz`, `/jsz` and `/healthz` at once
 * (https://docs.nats.io/running-a-nats-service/nats_admin/monitoring).
 * A paused server accepts the connection and never answers, so the signal must carry a timeout.
 */
export async function readBroker(broker: BrokerAddress, signal: AbortSignal): Promise<BrokerAnswer> {
  const { instanceId, url } = broker;
  if (url === null) return { ok: false, instanceId, certain: true, why: 'it has no address' };
  try {
    const [varz, jsz, health] = await Promise.all([
      fetchJson<RawVarz>(`${url}/varz`, signal),
      fetchJson<RawJsz>(`${url}/jsz?streams=1&consumers=1&config=1`, signal),
      fetchJson<RawHealth>(`${url}/healthz`, signal),
    ]);
    return { ok: true, view: toView(instanceId, varz, jsz, health) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const why = cause instanceof Error ? cause.message : String(cause);
    return { ok: false, instanceId, certain: code === 'ECONNREFUSED' || code === 'EHOSTUNREACH', why };
  }
}

async function fetchJson<Raw>(url: string, signal: AbortSignal): Promise<Raw> {
  const answer = await fetch(url, { signal });
  return (await answer.json()) as Raw;
}

interface RawCluster {
  readonly leader?: string;
  readonly replicas?: readonly {
    readonly name: string;
    readonly current?: boolean;
    readonly offline?: boolean;
    readonly lag?: number;
  }[];
}
interface RawVarz {
  readonly server_name: string;
  readonly version: string;
  readonly now: string;
  readonly connect_urls?: readonly string[];
}
interface RawHealth {
  readonly status: string;
  readonly error?: string;
}
interface RawStream {
  readonly name: string;
  readonly cluster?: RawCluster;
  readonly config?: { readonly retention?: string; readonly num_replicas?: number };
  readonly state: { readonly messages: number; readonly last_seq: number; readonly first_ts: string };
  readonly consumer_detail?: readonly RawConsumer[];
}
interface RawConsumer {
  readonly name: string;
  readonly cluster?: RawCluster;
  readonly num_pending: number;
  readonly num_ack_pending: number;
  readonly delivered: { readonly consumer_seq: number; readonly stream_seq: number };
  readonly ack_floor: { readonly stream_seq: number };
  readonly paused?: boolean;
}
interface RawJsz {
  readonly now?: string;
  readonly disabled?: boolean;
  readonly storage?: number;
  readonly account_details?: readonly { readonly stream_detail?: readonly RawStream[] }[];
}

function toView(instanceId: string, varz: RawVarz, jsz: RawJsz, health: RawHealth): BrokerView {
  return {
    instanceId,
    serverName: varz.server_name,
    version: varz.version,
    clientAddresses: varz.connect_urls ?? [],
    atMs: Date.parse(jsz.now ?? varz.now),
    ailment: health.status === 'ok' ? null : (health.error ?? health.status),
    storageBytes: jsz.disabled === true ? null : (jsz.storage ?? null),
    streams: (jsz.account_details ?? []).flatMap((account) =>
      (account.stream_detail ?? []).map((raw) => toStream(raw, varz.server_name)),
    ),
  };
}

/** @param self name of the server that tells; one that stands alone leads what it holds */
function toStream({ name, cluster, config, state, consumer_detail }: RawStream, self: string): StreamView {
  return {
    name,
    holder: self,
    retention: config?.retention ?? 'limits',
    replicaCount: config?.num_replicas ?? 1,
    leader: cluster === undefined ? self : cluster.leader || null,
    replicas: (cluster?.replicas ?? []).map((replica) => ({
      name: replica.name,
      current: replica.current === true && replica.offline !== true,
      lag: replica.lag ?? 0,
    })),
    messages: state.messages,
    lastSeq: state.last_seq,
    firstAtMs: state.messages > 0 ? Date.parse(state.first_ts) : null,
    consumers: (consumer_detail ?? []).map((raw) => toConsumer(raw, self)),
  };
}

function toConsumer({ name, cluster, delivered, ack_floor, ...raw }: RawConsumer, self: string): ConsumerView {
  return {
    name,
    leader: cluster === undefined ? self : cluster.leader || null,
    pending: raw.num_pending,
    ackPending: raw.num_ack_pending,
    // Each delivery takes a new consumer number and a first delivery also a new stream number: the rest were repeats.
    redelivered: Math.max(0, delivered.consumer_seq - delivered.stream_seq),
    ackedSeq: ack_floor.stream_seq,
    paused: raw.paused === true,
  };
}
