/** What the engine answers, once, when an operation has ended. */
export type OperationResult =
  | { readonly status: 'ok'; readonly detail: string }
  /** Nothing was changed. */
  | { readonly status: 'refused'; readonly detail: string }
  /** Some of it was done, and the rest will not be. */
  | { readonly status: 'partial'; readonly detail: string }
  /** The node did not answer. */
  | { readonly status: 'unknown'; readonly detail: string };

export type Done = (result: OperationResult) => void;

export const ok = (detail: string): OperationResult => ({ status: 'ok', detail });
export const refused = (detail: string): OperationResult => ({ status: 'refused', detail });
export const partial = (detail: string): OperationResult => ({ status: 'partial', detail });
