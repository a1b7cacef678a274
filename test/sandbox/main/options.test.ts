import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import {
  defaultStateFolder,
  parseOptions,
  usage,
  UsageError,
} from '../../../src/sandbox/start/options.js';

describe("the sandbox's command line", () => {
  it('has defaults', () => {
    assert.deepEqual(parseOptions([]), {
      json: false,
      help: false,
      reset: false,
      port: 4580,
      sqlPort: 14330,
      timeScale: 10,
      state: defaultStateFolder(),
    });
  });

  it('reads every option', () => {
    const args = ['--json', '--port', '0', '--sql-port=65535', '--reset', '--time-scale', '0.5'];
    assert.deepEqual(parseOptions([...args, '--state', 'some folder']), {
      json: true,
      help: false,
      reset: true,
      port: 0,
      sqlPort: 65_535,
      timeScale: 0.5,
      state: path.resolve('some folder'),
    });
  });

  for (const [args, sentence] of [
    [['--port', 'x'], /^--port takes a port number from 0 to 65535, not “x”\.$/],
    [['--port', '65536'], /^--port takes a port number/],
    [['--port=-1'], /^--port takes a port number/],
    [['--sql-port', '1.5'], /^--sql-port takes a port number/],
    [['--time-scale', '0'], /^--time-scale takes a number above 0 up to 100000, not “0”\.$/],
    [['--time-scale', ''], /^--time-scale takes a number/],
    [['--nothing'], /^Unknown option '--nothing'\.$/],
    [['--state'], /--state/],
    [['word'], /^Unexpected argument 'word'\.$/],
  ] as const) {
    it(`refuses ${args.join(' ')}`, () => {
      assert.throws(
        () => parseOptions(args),
        (error: unknown) => error instanceof UsageError && sentence.test(error.message),
      );
    });
  }

  it('names every option in its help', () => {
    for (const option of ['port', 'sql-port', 'state', 'reset', 'time-scale', 'json', 'help']) {
      assert.ok(usage().includes(`--${option}`), option);
    }
  });

  it("keeps its state where the platform keeps a user's data", () => {
    const home = path.join('home', 'me');
    assert.equal(
      defaultStateFolder('win32', { LOCALAPPDATA: 'C:\\Users\\me\\AppData\\Local' }, home),
      path.join('C:\\Users\\me\\AppData\\Local', 'rds-backup', 'sandbox'),
    );
    assert.equal(
      defaultStateFolder('darwin', {}, home),
      path.join(home, 'Library', 'Application Support', 'rds-backup', 'sandbox'),
    );
    assert.equal(
      defaultStateFolder('linux', {}, home),
      path.join(home, '.local', 'state', 'rds-backup', 'sandbox'),
    );
    assert.equal(
      defaultStateFolder('linux', { XDG_STATE_HOME: 'elsewhere' }, home),
      path.join('elsewhere', 'rds-backup', 'sandbox'),
    );
  });
});
