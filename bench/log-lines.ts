/**
 * Log lines with known templates in the manner of several systems (a cluster file system, a batch engine, a login
 * daemon, a cloud controller, a phone), so that speed and grouping are measured on the same lines.
 */
export interface LabelledLines {
  readonly lines: readonly string[];
  /** Index of the sentence each line was made from. */
  readonly sentence: readonly number[];
}

const sentences = [
  'Received block {block} of size {number} from /{address}',
  'PacketResponder {digit} for block {block} terminating',
  'Served block {block} to /{address}',
  'Verification succeeded for {block}',
  'Failed password for {user} from {address} port {number} ssh2',
  'Failed password for invalid user {user} from {address} port {number} ssh2',
  'Connection closed by {address} [preauth]',
  'session opened for user {user} by (uid={digit})',
  'session closed for user {user}',
  'Finished task {digit}.{digit} in stage {digit}.{digit} (TID {number}). {number} bytes result sent to driver',
  'Running task {digit}.{digit} in stage {digit}.{digit} (TID {number})',
  'Block rdd_{number}_{number} stored as values in memory (estimated size {ratio} KB, free {ratio} MB)',
  'Reading broadcast variable {number} took {number} ms',
  'Input split: hdfs://{address}:{number}{path}:{number}+{number}',
  '[instance: {id}] Took {ratio} seconds to spawn the instance on the hypervisor.',
  '[instance: {id}] VM Started (Lifecycle Event)',
  '[instance: {id}] Attempting claim: memory {number} MB, disk {number} GB, vcpus {digit} CPU',
  '{address} "GET /v2/servers/detail HTTP/1.1" status: {digit}00 len: {number} time: {ratio}',
  'onStandStepChanged {number}',
  'calculateCaloriesWithCache totalCalories={number}',
  'acquire lock={number}, flags={flag}, tag="{user}", uid={number}, pid={number}',
  'generating core.{number}',
  'ciod: failed to read message prefix on control stream (CioStream socket to {address}:{number}',
  'data TLB error interrupt',
  'instruction cache parity error corrected',
  'Node {node} has joined the cluster',
  'Temperature ({digit}{digit}C) exceeds warning threshold',
  'FileSystem {path} usage {digit}{digit}% above limit',
  'Process {daemon}[{number}] exited with code {digit}',
  'Sending {number} MB to {user} failed: error {digit}',
];

const users = ['root', 'admin', 'oracle', 'guest', 'webmaster', 'support', 'ann', 'bob', 'eve', 'deploy'];
const daemons = ['cron', 'sshd', 'httpd', 'postfix', 'ntpd', 'dhclient'];

/** @param random uniform in [0, 1) */
export function makeLogLines(count: number, random: () => number): LabelledLines {
  const whole = (below: number) => Math.floor(random() * below);
  const pick = (words: readonly string[]) => words[whole(words.length)]!;
  const hex = (digits: number) => Array.from({ length: digits }, () => whole(16).toString(16)).join('');
  const fill: Record<string, () => string> = {
    number: () => String(whole(100_000)),
    digit: () => String(whole(10)),
    ratio: () => (100 * random()).toFixed(2),
    address: () => [10, whole(256), whole(256), 1 + whole(254)].join('.'),
    block: () => `blk_${random() < 0.5 ? '-' : ''}${whole(2 ** 31)}${whole(2 ** 31)}`,
    id: () => [8, 4, 4, 4, 12].map(hex).join('-'),
    flag: () => `0x${hex(4)}`,
    node: () => `node-${whole(256)}`,
    path: () => `/data/part-${whole(1000)}/file${whole(100)}`,
    user: () => pick(users),
    daemon: () => pick(daemons),
  };
  const lines: string[] = [];
  const sentence: number[] = [];
  for (let i = 0; i < count; i++) {
    // The square makes some sentences frequent and others rare, as in real logs.
    const chosen = Math.floor(random() ** 2 * sentences.length);
    sentence.push(chosen);
    lines.push(sentences[chosen]!.replace(/\{(\w+)\}/g, (_, kind: string) => fill[kind]!()));
  }
  return { lines, sentence };
}
