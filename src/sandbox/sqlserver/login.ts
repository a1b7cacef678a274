import type { LoginRequest, LoginResult, SqlServer } from '../tds/session.js';
import type { Message } from '../tds/tokens.js';
import { versionOf } from './edition.js';
import { Session } from './session.js';
import type { SqlInstance } from './sqlInstance.js';

/** The face of an instance towards its TDS endpoint. */
export function sqlServerOf(instance: SqlInstance): SqlServer {
  return {
    serverName: instance.serverName,
    get version() {
      return versionOf(instance.description);
    },
    login: (request) => login(instance, request),
  };
}

const failed = (userName: string): Message => ({
  number: 18_456,
  state: 1,
  class: 14,
  text: `Login failed for user '${userName}'.`,
});

function login(instance: SqlInstance, request: LoginRequest): LoginResult {
  if (!instance.checkLogin(request.userName, request.password)) {
    return { errors: [failed(request.userName)] };
  }
  const wanted = request.database === '' ? 'master' : request.database;
  const database = instance.databaseName(wanted);
  if (database === undefined || instance.database(database)?.state === 'RESTORING') {
    const text = `Cannot open database "${wanted}" requested by the login. The login failed.`;
    return {
      errors: [{ number: 4060, state: 1, class: 11, text }, failed(request.userName)],
    };
  }
  return { session: new Session(instance, request, database), database };
}
