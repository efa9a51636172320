import type { Form, Message } from './message.ts';

/** What became of one message on its way to the platform. */
export type Delivery =
  /** `threadId` is the thread in which the platform really put it, which need not be the one that was asked for. */
  | { readonly ok: true; readonly messageId: string; readonly threadId: string | null }
  | {
      readonly ok: false;
      /** `gone`: the message is no longer there; `busy`: too fast; `refused`: not as things stand, such as no member. */
      readonly code: 'gone' | 'busy' | 'refused';
      readonly retryAfterMs: number;
      readonly detail: string;
    };

/** Where a person spoke or clicked. */
export interface Place {
  readonly channel: string;
  readonly threadId: string | null;
}

/** One chat platform. No call throws: what went wrong is in the answer, or has been reported as a problem. */
export interface ChatPort {
  /** Posts into the channel for incidents. */
  post(
    message: Message,
    into: { readonly threadId: string | null; readonly alsoInChannel: boolean },
  ): Promise<Delivery>;
  edit(messageId: string, message: Message): Promise<Delivery>;
  remove(messageId: string): Promise<void>;
  /** Answers where somebody asked, for all to see. */
  reply(place: Place, message: Message): Promise<void>;
  /** Tells one person alone. */
  tell(place: Place, userId: string, message: Message): Promise<void>;
  openForm(triggerId: string, form: Form): Promise<void>;
  /** User ids of a group now; null where they cannot be read, which counts as nobody. */
  membersOf(groupId: string): Promise<ReadonlySet<string> | null>;
}
