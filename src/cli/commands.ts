import type { Command } from './arguments/command.js';
import { cancel } from './commands/cancel.js';
import { databases } from './commands/databases.js';
import { download } from './commands/download.js';
import { explain } from './commands/explain.js';
import { inspect } from './commands/inspect.js';
import { instances } from './commands/instances.js';
import { restore } from './commands/restore.js';
import { sandbox } from './commands/sandbox.js';
import { task } from './commands/task.js';
import { tasks } from './commands/tasks.js';
import { upload } from './commands/upload.js';
import { verify } from './commands/verify.js';

/** In the order of a restore, as the help lists them. */
export const commands: readonly Command[] = [
  inspect,
  upload,
  verify,
  download,
  instances,
  databases,
  restore,
  tasks,
  task,
  cancel,
  explain,
  sandbox,
];
