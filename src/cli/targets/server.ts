import { describeInstance, type Instance } from '../../core/aws/instances.js';
import type { AwsSession } from '../../core/aws/session.js';
import { EngineError } from '../../core/errors.js';
import { type Connect, connected, type ReadySqlConnection } from '../../core/sql/connected.js';
import { connect } from '../../core/sql/connection.js';
import { masterPassword } from '../../core/sql/masterPassword.js';
import type { CommandContext } from '../arguments/command.js';
import type { awsOptions, sqlOptions } from '../arguments/commonOptions.js';
import { passwordSource } from './password.js';
import { withSession } from './session.js';
import { UsageError } from '../arguments/usageError.js';

export type ServerContext = CommandContext<typeof awsOptions & typeof sqlOptions>;

/** The SQL Server that a command talks to. */
export interface Server {
  /** undefined when only `--host` names it. */
  readonly instance: Instance | undefined;
  readonly connect: Connect;
}

const defaultPort = 1433;

/** @throws UsageError when the options do not say which server */
export function checkServerOptions({ options }: ServerContext): void {
  if (options.instance !== undefined) return;
  if (options.host === undefined) {
    throw new UsageError('Say which SQL Server: --instance ID, or --host HOST and --user LOGIN.');
  }
  if (options.user === undefined) {
    throw new UsageError('--host without --instance needs --user LOGIN too.');
  }
}

/** Asks RDS where the instance is; where only `--host` is given, AWS is not asked at all. */
export async function findServer(
  context: ServerContext,
  session: AwsSession | undefined,
): Promise<Server> {
  const { options, host, output } = context;
  if (options['trust-server-certificate']) {
    output.warn(
      'The server certificate is not checked (--trust-server-certificate): whoever answers gets the password.',
    );
  }
  const instance =
    options.instance === undefined || session === undefined
      ? undefined
      : await describeInstance(session, options.instance, host.signal);
  const endpoint = instance?.endpoint;
  const address = options.host ?? endpoint?.host;
  const user = options.user ?? instance?.masterUsername;
  if (address === undefined || user === undefined) {
    throw new EngineError(
      'cli/no-endpoint',
      `Instance ${options.instance ?? ''} is ${instance?.status ?? 'unknown'} and has no endpoint to connect to yet.`,
    );
  }
  const managed =
    session !== undefined && instance?.masterUsername.toLowerCase() === user.toLowerCase()
      ? managedPassword(session, instance, host.signal)
      : undefined;
  const target = {
    host: address,
    port: options.port ?? endpoint?.port ?? defaultPort,
    user,
    // Through a tunnel the certificate still names the instance.
    serverName: options.host === undefined ? undefined : endpoint?.host,
    caFile: options['ca-file'],
    trustServerCertificate: options['trust-server-certificate'],
    password: passwordSource(user, { fromStdin: options['password-stdin'], managed }, host),
  };
  return { instance, connect: (signal = host.signal) => connect({ ...target, signal }) };
}

function managedPassword(session: AwsSession, instance: Instance, signal: AbortSignal) {
  return instance.masterSecret === undefined
    ? undefined
    : () => masterPassword(session, instance, signal);
}

/** Runs `use` with one connection to the server. */
export async function withConnection<T>(
  context: ServerContext,
  use: (connection: ReadySqlConnection) => Promise<T>,
): Promise<T> {
  return withServer(context, (server) => connected(server.connect, use));
}

/** Runs `use` with the server that the options name. */
export async function withServer<T>(
  context: ServerContext,
  use: (server: Server, session: AwsSession | undefined) => Promise<T>,
): Promise<T> {
  if (context.options.instance === undefined) {
    return use(await findServer(context, undefined), undefined);
  }
  return withSession(context, async (session) => use(await findServer(context, session), session));
}

/** The options that lead another command to the same server, as they would be typed. */
export function serverArguments({ options }: ServerContext): string {
  const names = [
    'instance',
    'host',
    'port',
    'user',
    'ca-file',
    'profile',
    'region',
    'endpoint-url',
  ] as const;
  const words = names.flatMap((name) => {
    const value = options[name];
    if (value === undefined) return [];
    const text = String(value);
    return [`--${name} ${/^[\w.:/\\@-]+$/.test(text) ? text : `"${text}"`}`];
  });
  if (options['trust-server-certificate']) words.push('--trust-server-certificate');
  return words.join(' ');
}
