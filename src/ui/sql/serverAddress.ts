/** Where to connect to instead of the instance's endpoint: the near end of a tunnel, a bastion. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

const addressForm = /^(?:\[([0-9a-f:.]+)\]|([^\s:,[\]]+))(?:\s*[:,]\s*(\d{1,5}))?$/i;

/**
 * Reads `host`, `host:port`, `[ipv6]:port`, or `host,port` as SQL Server tools write it.
 * @param defaultPort where the text names none
 * @returns undefined when it is none of these
 */
export function parseAddress(text: string, defaultPort: number): ServerAddress | undefined {
  const match = addressForm.exec(text.trim().replace(/^tcp:/i, ''));
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

export const formatAddress = ({ host, port }: ServerAddress) =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
