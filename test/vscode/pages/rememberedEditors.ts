// The function given to `evaluate` runs in the page.
/// <reference lib="dom" />
import type { Page } from 'playwright-core';

/**
 * What the browser's storage holds of the open editors, without the backslashes of nested JSON. VS Code
 * writes it every few seconds when it has nothing else to do; a window that is loaded anew opens these.
 */
export async function rememberedEditors(page: Page): Promise<string> {
  const states = await page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => {
          resolve(request.result);
        };
        request.onerror = () => {
          reject(request.error ?? new Error('The storage of the browser cannot be read.'));
        };
      });
    const found: string[] = [];
    for (const { name = '' } of await indexedDB.databases()) {
      if (!name.startsWith('vscode-web-state-db-')) continue;
      const database = await done(indexedDB.open(name));
      const items = database.transaction('ItemTable').objectStore('ItemTable');
      const state: unknown = await done(items.get('memento/workbench.parts.editor'));
      if (typeof state === 'string') found.push(state);
      database.close();
    }
    return found;
  });
  return states.join('\n').replaceAll('\\', '');
}
