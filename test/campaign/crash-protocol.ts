import type { ActionAnswer, ActionCall } from '../../agent/ports.ts';

/** What the agent under test tells the process that plays the engine, and kills it. */
export type FromAgent =
  | { readonly type: 'ready' }
  /** The journal has confirmed everything up to this row. */
  | { readonly type: 'confirmed'; readonly seq: number }
  | { readonly type: 'apply'; readonly call: ActionCall }
  | { readonly type: 'read-back'; readonly call: ActionCall }
  | { readonly type: 'idle' };

export type ToAgent =
  | { readonly type: 'go'; readonly dir: string; readonly holder: string; readonly finish: boolean }
  | { readonly type: 'answer'; readonly actionId: string; readonly answer: ActionAnswer };
