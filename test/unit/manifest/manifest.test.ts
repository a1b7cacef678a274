import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { commandIds, contextKeys, settingIds, viewIds, viewStates } from '../../../src/ui/ids.js';
import { contextNouns } from '../../../src/ui/views/contextValue.js';
import { root } from '../../support/paths.js';

interface MenuItem {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}
interface Manifest {
  readonly contributes: {
    readonly commands: { command: string; category: string; title: string; icon?: string }[];
    readonly menus: Record<string, MenuItem[]>;
    readonly views: Record<string, { id: string; icon: string }[]>;
    readonly viewsWelcome: { view: string; when: string; contents: string }[];
    readonly configuration: {
      properties: Record<string, { default: unknown; scope: string; markdownDescription: string }>;
    };
    readonly walkthroughs?: { steps: { completionEvents: string[] }[] }[];
  };
  readonly capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
  readonly activationEvents: string[];
}

const text = readFileSync(path.join(root, 'package.json'), 'utf8');
const manifest = JSON.parse(text) as Manifest;
const nls = JSON.parse(readFileSync(path.join(root, 'package.nls.json'), 'utf8')) as Record<
  string,
  string
>;
const { contributes } = manifest;
const menuItems = Object.entries(contributes.menus).flatMap(([menu, items]) =>
  items.map((item) => ({ menu, ...item })),
);
const ids: readonly string[] = Object.values(commandIds);

describe('the manifest and the code', () => {
  it('name the same commands', () => {
    assert.deepEqual(contributes.commands.map(({ command }) => command).sort(), [...ids].sort());
    for (const { category } of contributes.commands) assert.equal(category, 'RDS Backup');
  });

  it('name the same views, settings and context keys', () => {
    const views = Object.values(contributes.views).flat();
    assert.deepEqual(views.map(({ id }) => id).sort(), Object.values(viewIds).sort());
    const settings = Object.keys(contributes.configuration.properties);
    assert.deepEqual(settings.sort(), Object.values(settingIds).sort());
    const keys = new Set(text.match(/\brdsBackup\.sandbox\.running\b/g));
    assert.deepEqual([...keys].sort(), Object.values(contextKeys).sort());
  });

  it('activate on nothing at startup', () => {
    for (const event of manifest.activationEvents) {
      assert.doesNotMatch(event, /^\*$|onStartupFinished|workspaceContains/);
    }
  });
});

describe('texts of the manifest', () => {
  it('are all in package.nls.json, and nothing else is', () => {
    const used = new Set([...text.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key));
    assert.deepEqual([...used].sort(), Object.keys(nls).sort());
  });

  it('lead only to commands that exist', () => {
    for (const [key, value] of Object.entries(nls)) {
      for (const [, command = ''] of value.matchAll(/\(command:([\w.]+)/g)) {
        assert.ok(ids.includes(command) || /^workbench\./.test(command), `${key}: ${command}`);
      }
    }
  });
});

describe('menus', () => {
  it('show only commands that exist, each under a condition', () => {
    for (const { menu, command, when, group } of menuItems) {
      assert.ok(ids.includes(command), `${menu}: ${command}`);
      assert.ok(when, `${menu}: ${command}`);
      if (menu === 'view/item/context') assert.match(when, /\bview [=~]+.*viewItem/, command);
      if (menu !== 'commandPalette') assert.ok(group, `${menu}: ${command}`);
    }
  });

  it('match rows by nouns and flags of the grammar only', () => {
    const nouns = Object.keys(contextNouns);
    const flags = new Set<string>(Object.values(contextNouns).flat());
    for (const { command, when = '' } of menuItems) {
      for (const [, pattern = ''] of when.matchAll(/viewItem =~ \/((?:[^/\\]|\\.)*)\//g)) {
        for (const [, flag = ''] of pattern.matchAll(/\\\+(\w+)/g)) {
          assert.ok(flags.has(flag), `${command}: +${flag}`);
        }
        const [, alternatives = ''] = /^\^\(?([\w|]+)/.exec(pattern) ?? [];
        for (const noun of alternatives.split('|').filter((word) => word !== '')) {
          assert.ok(nouns.includes(noun), `${command}: ${noun}`);
        }
      }
    }
  });

  it('give every inline action an icon', () => {
    for (const { command, group = '' } of menuItems) {
      if (!group.startsWith('inline') && !group.startsWith('navigation')) continue;
      const { icon } = contributes.commands.find((one) => one.command === command)!;
      assert.ok(icon, command);
    }
  });
});

describe('views', () => {
  it('have welcome texts for states that exist', () => {
    for (const { view, when } of contributes.viewsWelcome) {
      const [, key, state = ''] = /^([\w.]+)\.state == ([\w-]+)$/.exec(when) ?? [];
      assert.equal(key, view);
      assert.ok((viewStates as readonly string[]).includes(state), when);
    }
  });

  it('have a welcome text for every reason why they can be empty', () => {
    // A row says what nobody foresaw, and only the tasks need somebody to be signed in.
    const untold: readonly string[] = ['ready', 'failed', 'not-signed-in'];
    for (const { id } of Object.values(contributes.views).flat()) {
      const told = contributes.viewsWelcome.filter(({ view }) => view === id);
      for (const state of viewStates.filter((other) => !untold.includes(other))) {
        const when = `${id}.state == ${state}`;
        assert.ok(
          told.some((welcome) => welcome.when === when),
          when,
        );
      }
    }
  });

  it('have an icon that is there', () => {
    for (const { icon } of Object.values(contributes.views).flat()) {
      assert.ok(existsSync(path.join(root, icon)), icon);
    }
  });
});

describe('settings', () => {
  it('have a default, a scope and a description', () => {
    for (const [id, setting] of Object.entries(contributes.configuration.properties)) {
      assert.notEqual(setting.default, undefined, id);
      assert.ok(setting.scope, id);
      assert.ok(setting.markdownDescription, id);
    }
  });

  it('that choose whom to trust are not taken from an untrusted workspace', () => {
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    for (const id of [
      settingIds.profile,
      settingIds.endpointUrl,
      settingIds.caFile,
      settingIds.trustServerCertificate,
    ]) {
      assert.ok(restrictedConfigurations.includes(id), id);
    }
  });
});
