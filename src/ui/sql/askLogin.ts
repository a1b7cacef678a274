import * as vscode from 'vscode';
import type { Instance } from '../../core/aws/instances.js';
import { EngineError, isCancelled } from '../../core/errors.js';
import { failureSentence } from '../failures/failureSentence.js';
import { askSteps } from '../input/quickInput.js';
import type { PickItem, Step, StepInput } from '../input/steps.js';
import type { KnownLogin } from './loginStore.js';
import type { GivenLogin } from './logins.js';
import { formatAddress, parseAddress, type ServerAddress } from './serverAddress.js';

type Way = 'managed' | 'password' | 'address';

interface Answers {
  login: string;
  way: Way;
  /** How to sign in once the address is known. */
  secret: 'managed' | 'password';
  address: ServerAddress | undefined;
  password: string | undefined;
}

/** Connects once with what was answered. @throws EngineError */
export type TryLogin = (given: GivenLogin, signal: AbortSignal) => Promise<void>;

/**
 * Asks for login, way and password, and tries them. A refused password is asked for again.
 * @throws CancelledError; EngineError when the managed secret does not lead to the instance
 */
export async function askLogin(
  instance: Instance,
  known: KnownLogin | undefined,
  tryLogin: TryLogin,
): Promise<GivenLogin> {
  const stop = new AbortController();
  const attempt = (given: GivenLogin) => tryLogin(given, stop.signal);
  const first: Answers = {
    login: known?.login ?? instance.masterUsername,
    way:
      known?.address !== undefined ? 'address' : known?.managed === false ? 'password' : 'managed',
    secret: known?.managed === false ? 'password' : 'managed',
    address: known?.address,
    password: undefined,
  };
  try {
    const title = vscode.l10n.t('Sign In to {0}', instance.id);
    const answers = await askSteps(title, first, loginSteps(instance, attempt));
    const given = givenBy(instance, answers);
    if (given.login.managed) {
      const progress = { location: vscode.ProgressLocation.Window, title };
      await vscode.window.withProgress(progress, () => attempt(given));
    }
    return given;
  } finally {
    stop.abort();
  }
}

function loginSteps(
  instance: Instance,
  attempt: (given: GivenLogin) => Promise<void>,
): Step<Answers>[] {
  return [
    {
      ask: async (input, answers) => {
        answers.login = await askName(input, answers.login);
      },
    },
    {
      ask: async (input, answers) => {
        answers.way = await input.pick({
          placeholder: vscode.l10n.t('How to sign in as {0}', answers.login),
          items: [...secretItems(instance, answers.login), otherAddress(answers.address)],
          preselect: (way) => way === answers.way,
        });
      },
    },
    {
      when: ({ way }) => way === 'address',
      ask: async (input, answers) => {
        answers.address = await askAddress(input, instance, answers.address);
      },
    },
    {
      when: ({ way, login }) => way === 'address' && isManaged(instance, login),
      ask: async (input, answers) => {
        answers.secret = await input.pick({
          placeholder: vscode.l10n.t('How to sign in as {0}', answers.login),
          items: secretItems(instance, answers.login),
          preselect: (way) => way === answers.secret,
        });
      },
    },
    {
      when: (answers) => !givenBy(instance, answers).login.managed,
      ask: async (input, answers) => {
        answers.password = await input.text({
          prompt: vscode.l10n.t(
            'Password of {0}. It is kept in the secret storage of VS Code.',
            answers.login,
          ),
          password: true,
          problem: (text) => (text === '' ? vscode.l10n.t('Enter the password.') : undefined),
          attempt: async (password) => {
            answers.password = password;
            return problemOf(() => attempt(givenBy(instance, answers)));
          },
        });
      },
    },
  ];
}

function givenBy(instance: Instance, answers: Answers): GivenLogin {
  const { login, way, secret, address, password } = answers;
  const managed = isManaged(instance, login) && (way === 'address' ? secret : way) === 'managed';
  return {
    login: { login, managed, ...(way === 'address' && { address }) },
    password: managed ? undefined : password,
  };
}

/** RDS manages the master user's password alone. */
const isManaged = ({ masterSecret, masterUsername }: Instance, login: string) =>
  masterSecret !== undefined && login.toLowerCase() === masterUsername.toLowerCase();

function secretItems(instance: Instance, login: string): PickItem<'managed' | 'password'>[] {
  const password = {
    label: vscode.l10n.t('Enter the password'),
    icon: 'key',
    value: 'password',
  } as const;
  const managed = {
    label: vscode.l10n.t('Use the secret that RDS manages'),
    detail: vscode.l10n.t('Read from AWS Secrets Manager for every connection; nothing is kept.'),
    icon: 'shield',
    value: 'managed',
  } as const;
  return isManaged(instance, login) ? [managed, password] : [password];
}

const otherAddress = (address: ServerAddress | undefined): PickItem<'address'> => ({
  label: vscode.l10n.t('Through another address…'),
  description: address && formatAddress(address),
  detail: vscode.l10n.t('For a tunnel or a bastion, such as localhost:14330.'),
  icon: 'plug',
  value: 'address',
});

async function askName(input: StepInput, value: string): Promise<string> {
  const name = await input.text({
    prompt: vscode.l10n.t('Login of SQL Server'),
    value,
    problem: (text) =>
      text.trim() === '' ? vscode.l10n.t('Enter the name of a SQL Server login.') : undefined,
  });
  return name.trim();
}

async function askAddress(
  input: StepInput,
  instance: Instance,
  address: ServerAddress | undefined,
): Promise<ServerAddress> {
  const port = instance.endpoint?.port ?? 1433;
  const text = await input.text({
    prompt: vscode.l10n.t(
      'Host and port to connect to. The certificate must still name {0}.',
      instance.endpoint?.host ?? instance.id,
    ),
    value: address && formatAddress(address),
    placeholder: 'localhost:14330',
    problem: (typed) =>
      parseAddress(typed, port) === undefined
        ? vscode.l10n.t('Write it as HOST:PORT, for example localhost:14330.')
        : undefined,
  });
  const parsed = parseAddress(text, port);
  if (parsed === undefined) throw new EngineError('sql/bad-address', `“${text}” is no address.`);
  return parsed;
}

async function problemOf(attempt: () => Promise<void>): Promise<string | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    if (!(error instanceof EngineError) || isCancelled(error)) throw error;
    return failureSentence(error);
  }
}
