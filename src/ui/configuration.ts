import * as vscode from 'vscode';
import { settingIds } from './ids.js';

/** What the settings say; undefined where they say nothing. */
export interface Configuration {
  readonly profile: string | undefined;
  readonly region: string | undefined;
  readonly endpointUrl: string | undefined;
  readonly caFile: string | undefined;
  readonly trustServerCertificate: boolean;
  readonly envelopeFormat: 'v1' | 'v2';
  /** Bytes for parts in flight. */
  readonly memoryBudget: number;
  /** Milliseconds between looks at a task that moves. */
  readonly pollMs: number;
}

const mebibyte = 1024 * 1024;

/** The settings as they are now. In Restricted Mode VS Code itself leaves out what the workspace says. */
export function configuration(): Configuration {
  const settings = vscode.workspace.getConfiguration();
  const text = (id: string) => settings.get<string>(id)?.trim() || undefined;
  return {
    profile: text(settingIds.profile),
    region: text(settingIds.region),
    endpointUrl: text(settingIds.endpointUrl),
    caFile: text(settingIds.caFile),
    trustServerCertificate: settings.get<boolean>(settingIds.trustServerCertificate) === true,
    envelopeFormat: settings.get<string>(settingIds.envelopeFormat) === 'v2' ? 'v2' : 'v1',
    memoryBudget: Math.max(16, settings.get<number>(settingIds.memoryBudget) ?? 128) * mebibyte,
    pollMs: Math.max(0.1, settings.get<number>(settingIds.pollInterval) ?? 2) * 1000,
  };
}

/** Calls `listener` after any of these settings has changed. */
export function onSettingsChange(ids: readonly string[], listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (ids.some((id) => event.affectsConfiguration(id))) listener();
  });
}

/** Writes a setting where it already has a value, or for the user: a choice made by a command. */
export async function writeSetting(id: string, value: string | undefined): Promise<void> {
  const settings = vscode.workspace.getConfiguration();
  const { workspaceValue } = settings.inspect(id) ?? {};
  const target =
    workspaceValue === undefined
      ? vscode.ConfigurationTarget.Global
      : vscode.ConfigurationTarget.Workspace;
  await settings.update(id, value, target);
}
