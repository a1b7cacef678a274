import Mocha, { type MochaOptions, type Runner, type Test } from 'mocha';

/** What is said about a test, as one line of JSON behind {@link mark}. */
export interface TestEvent {
  /** Titles of its suites and its own. */
  readonly title: readonly string[];
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly error?: string | undefined;
}

/** Begins the lines of the console that are results. */
const mark = '@suite-result ';

/** @returns what a line of the console says about a test; undefined when it says something else */
export function readEvent(line: string): TestEvent | undefined {
  const at = line.indexOf(mark);
  return at < 0 ? undefined : (JSON.parse(line.slice(at + mark.length)) as TestEvent);
}

/** Prints every result on the console, from where VS Code carries it to whoever started it. */
export class EventReporter extends Mocha.reporters.Base {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    const tell = (test: Test, state: TestEvent['state'], error?: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : error;
      const event: TestEvent = {
        title: test.titlePath(),
        state,
        ...(error === undefined ? {} : { error: String(text) }),
      };
      console.log(mark + JSON.stringify(event));
    };
    runner
      .on('pass', (test) => {
        tell(test, 'passed');
      })
      .on('pending', (test) => {
        tell(test, 'skipped');
      })
      // A hook that fails is reported like a test.
      .on('fail', (test, error: unknown) => {
        tell(test, 'failed', error);
      });
  }
}
