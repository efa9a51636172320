import type { ContainerCreateOptions, ContainerInspectInfo } from 'dockerode';
import { declaredNetwork, instanceIdOf, label } from '../../collectors/docker/container.ts';
import type { ActionId } from '../../model/entity.ts';

/** The name after the highest one in use with the same stem: `worker-6` -> `worker-7`. */
export function nextName(template: string, taken: ReadonlySet<string>): string {
  const stem = template.replace(/\d+$/, '');
  const own = [...taken].filter((name) => name.startsWith(stem)).map((name) => Number(name.slice(stem.length)));
  const highest = Math.max(0, ...own.filter(Number.isInteger));
  return `${stem === template ? `${template}-` : stem}${highest + 1}`;
}

/** Why a container cannot be had twice, or null. */
export function whyNotCloned({ HostConfig, Mounts }: ContainerInspectInfo): string | null {
  const ports: Readonly<Record<string, readonly { HostPort?: string }[] | null>> = HostConfig.PortBindings ?? {};
  const fixed = Object.values(ports).some((bindings) => bindings?.some(({ HostPort }) => HostPort));
  if (fixed) return 'it publishes a fixed port of the host';
  // A named volume belongs to one instance; anonymous ones are made anew for the clone.
  const own = (Mounts ?? []).find(
    ({ Type, RW, Name }) => Type === 'volume' && RW && !/^[0-9a-f]{64}$/.test(Name ?? ''),
  );
  return own === undefined ? null : `it writes to its own volume ${own.Name}`;
}

export interface CloneWish {
  readonly name: string;
  readonly actionId: ActionId;
  /** Count that the workload has with this one: the newest container's label says how many there should be. */
  readonly desired: number;
}

/**
 * What to create so that a second instance does the same work. Wherever the template's own name stands alone (host name,
 * an environment value, an argument) the new name takes its place. The address is left to the network.
 */
export function cloneOf(template: ContainerInspectInfo, wish: CloneWish): ContainerCreateOptions {
  const { Config, HostConfig } = template;
  const oldName = instanceIdOf(template);
  const rename = (text: string): string => {
    const [key, ...rest] = text.split('=');
    if (text === oldName) return wish.name;
    return rest.join('=') === oldName ? `${key}=${wish.name}` : text;
  };
  const network = declaredNetwork(template);
  const { [label.address]: _address, ...labels } = Config.Labels;
  return {
    name: wish.name,
    Image: Config.Image,
    Env: (Config.Env ?? []).map(rename),
    Cmd: (Config.Cmd ?? []).map(rename),
    ...(Config.Entrypoint ? { Entrypoint: Config.Entrypoint } : {}),
    ...(Config.Healthcheck ? { Healthcheck: Config.Healthcheck } : {}),
    ...(Config.Hostname === oldName ? { Hostname: wish.name } : {}),
    User: Config.User,
    WorkingDir: Config.WorkingDir,
    ExposedPorts: Config.ExposedPorts ?? {},
    Labels: {
      ...labels,
      ...(label.instance in labels ? { [label.instance]: wish.name } : {}),
      ...(label.desired in labels ? { [label.desired]: String(wish.desired) } : {}),
      [label.createdBy]: wish.actionId,
    },
    HostConfig,
    ...(network === null ? {} : { NetworkingConfig: { EndpointsConfig: { [network]: {} } } }),
  };
}
