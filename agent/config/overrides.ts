/** One value from outside the file. Flags win over the environment, and both over the file. */
export interface Override {
  readonly path: readonly string[];
  readonly value: string | number;
  /** How `config show --origin` names it: `--port`, `HOMEOSTAT_API_PORT`. */
  readonly origin: string;
}

/** Environment variables that set a key of the file. */
export const environmentKeys: Readonly<Record<string, readonly string[]>> = {
  HOMEOSTAT_STATE_DIR: ['stateDir'],
  HOMEOSTAT_POLICY: ['policy'],
  HOMEOSTAT_API_HOST: ['api', 'host'],
  HOMEOSTAT_API_PORT: ['api', 'port'],
  HOMEOSTAT_OTEL_ENDPOINT: ['otel', 'endpoint'],
  OPENAI_BASE_URL: ['llm', 'baseUrl'],
  OPENAI_MODEL: ['llm', 'model'],
};

const numberKeys = new Set(['HOMEOSTAT_API_PORT']);

/** Overrides that an environment holds. An empty variable counts as unset. */
export function environmentOverrides(environment: Readonly<Record<string, string | undefined>>): Override[] {
  // An endpoint without a model, or the reverse, belongs to some other program on this machine.
  const hasLlm = Boolean(environment.OPENAI_BASE_URL && environment.OPENAI_MODEL);
  return Object.entries(environmentKeys).flatMap(([variable, path]) => {
    const text = environment[variable];
    if (!text || (path[0] === 'llm' && !hasLlm)) return [];
    return [{ path, value: numberKeys.has(variable) ? Number(text) : text, origin: variable }];
  });
}

/** The plain data of a file with overrides put in, a later one over an earlier one. The input is left as it is. */
export function amendWith(raw: unknown, overrides: readonly Override[]): unknown {
  return overrides.reduce((data, { path, value }) => putAt(data, path, value), raw);
}

function putAt(data: unknown, path: readonly string[], value: string | number): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const record = typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
  return { ...record, [key]: putAt(record[key], rest, value) };
}
