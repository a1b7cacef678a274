import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { screenshotFolder, type Theme, themes, Workbench } from './pages/workbench.js';
import { Stage, type StageOptions } from './stage.js';
import { prepared, VscodeServer } from './vscodeServer.js';

export interface SceneOptions extends StageOptions {
  readonly theme?: Theme | undefined;
  /** Opens the workspace in Restricted Mode. */
  readonly restricted?: boolean | undefined;
  /** User settings besides those that lead to the sandbox; undefined takes one of them away. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  /** Settings that the workspace has when it is opened. */
  readonly workspaceSettings?: ((stage: Stage) => Promise<Record<string, unknown>>) | undefined;
}

export interface Scene {
  readonly stage: Stage;
  readonly server: VscodeServer;
  readonly workbench: Workbench;
}

const restrictedMode = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
};

const minutes = 60_000;

/**
 * For the top of a `describe`: its tests share one sandbox and one VS Code with the packaged extension,
 * which start before the first of them and end after the last.
 * @returns a stand-in for `it` that leaves a picture and the logs behind when a test fails
 */
export function scene(o: SceneOptions = {}) {
  let current: Scene | undefined;
  before(
    async () => {
      current = await raiseCurtain(o);
    },
    { timeout: 3 * minutes },
  );
  after(async () => {
    await current?.workbench.close();
    await current?.server.stop();
    await current?.stage.stop();
  });
  return {
    it: (title: string, test: (scene: Scene) => Promise<void>): void => {
      it(title, { timeout: 4 * minutes }, async () => {
        if (current === undefined) throw new Error('VS Code did not start.');
        try {
          await test(current);
        } catch (error) {
          await keepEvidence(current, title);
          // What the failed test left open must not fail the next ones.
          await current.workbench.reload().catch(() => undefined);
          throw error;
        }
      });
    },
  };
}

async function raiseCurtain(o: SceneOptions): Promise<Scene> {
  const stage = await Stage.start(o);
  try {
    if (o.workspaceSettings !== undefined) {
      const folder = path.join(stage.workspace, '.vscode');
      await mkdir(folder, { recursive: true });
      const settings = JSON.stringify(await o.workspaceSettings(stage));
      await writeFile(path.join(folder, 'settings.json'), settings);
    }
    const server = await VscodeServer.start({
      settings: {
        ...stage.settings,
        'workbench.colorTheme': themes[o.theme ?? 'dark'].setting,
        ...(o.restricted === true ? restrictedMode : {}),
        ...o.settings,
      },
      env: stage.env,
      extensions: prepared('RDS_BACKUP_EXTENSIONS'),
    });
    try {
      const workbench = await Workbench.open(server, stage.workspace);
      return { stage, server, workbench };
    } catch (error) {
      await server.stop();
      throw error;
    }
  } catch (error) {
    await stage.stop();
    throw error;
  }
}

async function keepEvidence({ workbench, server }: Scene, title: string): Promise<void> {
  const name = `failed-${title.replaceAll(/[^\p{L}\d]+/gu, '-').slice(0, 80)}`;
  await mkdir(screenshotFolder, { recursive: true });
  // A window that cannot be pictured any more must not hide what failed.
  await workbench.screenshot(name).catch(() => undefined);
  await server.saveLogs(path.join(screenshotFolder, `${name}-logs`)).catch(() => undefined);
}
