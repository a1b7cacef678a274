// npm run package: builds the VSIX. Everything is bundled into dist/, so no node_modules go in.
import { createVSIX } from '@vscode/vsce';
import { root } from './lib/project.mjs';

await createVSIX({ cwd: root, dependencies: false, packagePath: root });
