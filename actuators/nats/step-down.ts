import type { ActionAnswer } from '../../agent/ports.ts';

export interface StepDown {
  readonly streamName: string;
  /** `host:port` of servers to try. */
  readonly servers: readonly string[];
  /** Server name of the wanted successor; null lets the servers elect. */
  readonly preferred: string | null;
}

/** Without these the client waits 20 s for a server that does not answer. */
const connectTimeoutMs = 1_000;

/**
 * Asks the leader of a stream to step down (`$JS.API.STREAM.LEADER.STEPDOWN`, JetStream wire API). The request is sent
 * once: when no answer comes, only the servers can tell what became of it.
 */
export async function stepDown({ streamName, servers, preferred }: StepDown, timeoutMs: number): Promise<ActionAnswer> {
  const { connect } = await import('@nats-io/transport-node');
  const notAfterMs = Date.now() + timeoutMs;
  const timeout = Math.max(1, Math.min(connectTimeoutMs, timeoutMs));
  const connection = await connect({
    servers: [...servers],
    timeout,
    reconnect: false,
    pingInterval: 1_000,
    maxPingOut: 2,
    name: 'homeostat',
  }).catch((error: Error) => error);
  if (connection instanceof Error) return { status: 'refused', detail: `no connection: ${connection.message}` };
  try {
    // A process that was stopped meanwhile and woken must not send what was decided before.
    if (Date.now() > notAfterMs)
      return { status: 'refused', detail: 'the time of the call was over before it was sent' };
    const wish = preferred === null ? '' : JSON.stringify({ placement: { preferred } });
    const subject = `$JS.API.STREAM.LEADER.STEPDOWN.${streamName}`;
    const reply = await connection.request(subject, wish, { timeout: timeoutMs });
    return read(reply.json<StepDownReply>(), streamName);
  } catch (error) {
    const { name, message } = error as Error;
    // With nobody listening the request reached no one.
    return name === 'NoRespondersError'
      ? { status: 'refused', detail: 'no server of the stream listens' }
      : { status: 'unknown', detail: message };
  } finally {
    await connection.close();
  }
}

interface StepDownReply {
  readonly success?: boolean;
  readonly error?: { readonly description: string };
}

function read({ success, error }: StepDownReply, streamName: string): ActionAnswer {
  if (success === true) return { status: 'ok', detail: `the leader of ${streamName} stepped down` };
  return { status: 'refused', detail: error?.description ?? 'the servers did not say why' };
}
