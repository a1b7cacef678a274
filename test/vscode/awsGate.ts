// Stands between the editor and the sandbox's AWS endpoint and passes everything on unchanged. A test
// can look at what was asked, and make matching requests wait: the middle of an upload holds still.
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request on its way to the sandbox. */
export interface AwsRequest {
  readonly method: string;
  /** Path and query, still encoded. */
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
}

interface Hold {
  readonly matches: (request: AwsRequest) => boolean;
  readonly opened: Promise<void>;
  readonly caught: () => void;
}

export class AwsGate {
  readonly requests: AwsRequest[] = [];
  readonly #holds = new Set<Hold>();
  readonly #agent = new http.Agent({ keepAlive: true });

  private constructor(
    private readonly server: http.Server,
    public target: string,
  ) {}

  /** @param target address of the sandbox; it may be set anew when the sandbox has been restarted */
  static async start(target: string): Promise<AwsGate> {
    const server = http.createServer();
    const gate = new AwsGate(server, target);
    server.on('request', (request, response) => void gate.#pass(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Makes matching requests wait until `release`; `caught` resolves when the first one does. */
  hold(matches: (request: AwsRequest) => boolean): { caught: Promise<void>; release: () => void } {
    let open = (): void => undefined;
    let caught = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const first = new Promise<void>((resolve) => (caught = resolve));
    const hold: Hold = { matches, opened, caught };
    this.#holds.add(hold);
    return {
      caught: first,
      release: () => {
        this.#holds.delete(hold);
        open();
      },
    };
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #pass(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { method = '', url = '/', headers } = request;
    const seen: AwsRequest = { method, url, headers };
    this.requests.push(seen);
    for (const hold of this.#holds) {
      if (!hold.matches(seen)) continue;
      hold.caught();
      await hold.opened;
    }
    // The Host header stays as it was: the signature covers it.
    const onward = http.request(this.target + url, { method, headers, agent: this.#agent });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    // A broken connection on one side breaks the other.
    onward.on('error', () => response.destroy());
    response.on('close', () => {
      if (!response.writableFinished) onward.destroy();
    });
    request.pipe(onward);
  }
}
