// npm run package: builds the VSIX, beside package.json or as the file named. Everything is bundled
// into dist/ (the manifest's vscode:prepublish script builds it), so no node_modules go in.
import { createVSIX } from '@vscode/vsce';
import path from 'node:path';
import { root } from './lib/project.mjs';

await createVSIX({
  cwd: root,
  dependencies: false,
  // The picture lies in the package; there is no other address for it.
  rewriteRelativeLinks: false,
  allowMissingRepository: true,
  packagePath: path.resolve(process.argv[2] ?? root),
});
