import * as vscode from 'vscode';
import { type Services } from '../services.js';

export function registerLocalSandbox(_services: Services): vscode.Disposable {
  return vscode.Disposable.from();
}
