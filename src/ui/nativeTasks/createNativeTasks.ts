import * as vscode from 'vscode';
import { EngineError } from '../../core/errors.js';
import { type Services } from '../services.js';
import { type NativeTasks } from './nativeTasks.js';

export function createNativeTasks(
  _services: Pick<Services, 'context' | 'log' | 'aws' | 'logins' | 'work'>,
): NativeTasks & { dispose(): void } {
  const changed = new vscode.EventEmitter<{ instanceArn: string; taskId?: number }>();
  const happened = new vscode.EventEmitter<never>();
  const refused = () =>
    Promise.reject(new EngineError('sql/not-signed-in', 'Nobody is signed in to the instance.'));
  return {
    onDidChange: changed.event,
    onEvent: happened.event,
    list: () => [],
    get: () => undefined,
    find: refused,
    refresh: refused,
    follow: () => undefined,
    cancel: refused,
    dispose: () => {
      changed.dispose();
      happened.dispose();
    },
  };
}
