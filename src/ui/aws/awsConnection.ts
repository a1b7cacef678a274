import * as vscode from 'vscode';
import type { EngineError } from '../../core/errors.js';
import type { AwsSession } from '../../core/aws/session.js';
import { configuration, onSettingsChange } from '../configuration.js';
import { settingIds } from '../ids.js';
import { askMfaCode } from './askMfaCode.js';

/** Where and as whom to work, instead of what the settings say. */
export interface Place {
  /** For people: `local sandbox`. */
  readonly name: string;
  readonly region: string;
  readonly endpointUrl: string;
  readonly caFile: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

const awsSettings = [settingIds.profile, settingIds.region, settingIds.endpointUrl];

/**
 * The one AWS session of this window. It is opened when first asked for, and anew after the settings
 * or the place have changed; whoever shows AWS listens to {@link onDidChange}.
 */
export class AwsConnection implements vscode.Disposable {
  readonly onDidChange: vscode.Event<void>;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #renew: (error: EngineError) => Promise<void>;
  readonly #settings: vscode.Disposable;
  #session: Promise<AwsSession> | undefined;
  #place: Place | undefined;
  /** Set from the moment that a place is on its way: until it is there, nobody may ask AWS itself. */
  #placing: Promise<Place> | undefined;

  /** @param renew asks the user to sign in again; see `SessionOptions.onCredentialsExpired` */
  constructor(renew: (error: EngineError) => Promise<void>) {
    this.onDidChange = this.#changed.event;
    this.#renew = renew;
    this.#settings = onSettingsChange(awsSettings, () => {
      if (this.#placing === undefined) this.reopen();
    });
  }

  /** Set while something else than the settings says where to work. */
  get place(): Place | undefined {
    return this.#place;
  }

  /** Certificate authorities to trust besides those of RDS. */
  get caFile(): string | undefined {
    return this.#place?.caFile ?? configuration().caFile;
  }

  /** @throws EngineError `aws/…` */
  session(): Promise<AwsSession> {
    if (this.#session === undefined) {
      const opening = this.#open();
      this.#session = opening;
      // A failure must not stay: the next call tries again.
      opening.catch(() => {
        if (this.#session === opening) this.#session = undefined;
      });
    }
    return this.#session;
  }

  /** Works at `place` from now on, also while it is still on its way; or as the settings say. */
  use(place: Promise<Place> | undefined): void {
    this.#placing = place;
    this.#place = undefined;
    this.reopen();
    void place?.then(
      (there) => {
        if (this.#placing === place) this.#place = there;
      },
      () => {
        if (this.#placing === place) this.use(undefined);
      },
    );
  }

  /** Reads settings, profiles and credentials anew. Work under way keeps the session it has. */
  reopen(): void {
    this.#session = undefined;
    this.#changed.fire();
  }

  dispose(): void {
    void this.#session?.then(
      (session) => {
        session.dispose();
      },
      () => undefined,
    );
    this.#settings.dispose();
    this.#changed.dispose();
  }

  async #open(): Promise<AwsSession> {
    const { openSession } = await import('../../core/aws/session.js');
    const place = await this.#placing;
    const { profile, region, endpointUrl } = configuration();
    return openSession({
      ...(place === undefined ? { profile, region, endpointUrl } : settingsOf(place)),
      mfaCode: askMfaCode,
      onCredentialsExpired: this.#renew,
    });
  }
}

const settingsOf = ({ region, endpointUrl, credentials }: Place) => ({
  region,
  endpointUrl,
  credentials,
});
