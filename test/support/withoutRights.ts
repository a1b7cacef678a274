/**
 * Runs `action` as a user for whom permissions count: root may read and write anything, so as root it
 * gives that up for the time. Folders on the way must be open to others.
 */
export async function withoutRights<T>(action: () => Promise<T>): Promise<T> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    return await action();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
