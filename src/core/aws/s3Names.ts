const mostKeyBytes = 1024;

/**
 * Why `name` cannot be the name of a bucket, as a sentence; undefined when it can (S3 User Guide,
 * "General purpose bucket naming rules").
 */
export function bucketNameProblem(name: string): string | undefined {
  if (name.length < 3 || name.length > 63) return 'A bucket name has 3 to 63 characters.';
  if (/[A-Z]/.test(name)) return 'A bucket name has no capital letters.';
  if (!/^[a-z0-9.-]+$/.test(name)) {
    return 'A bucket name consists of lower-case letters, digits, dots and hyphens.';
  }
  if (!/^[a-z0-9].*[a-z0-9]$/.test(name)) {
    return 'A bucket name begins and ends with a letter or a digit.';
  }
  if (name.includes('..')) return 'A bucket name has no two dots side by side.';
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return 'A bucket name is not an IP address.';
  return undefined;
}

/**
 * Why a backup should not be stored under `key`, as a sentence; undefined when it can: what S3 refuses,
 * and what RDS could not name in a restore.
 */
export function s3KeyProblem(key: string): string | undefined {
  if (key.trim() === '') return 'Give the object a name.';
  const bytes = Buffer.byteLength(key);
  if (bytes > mostKeyBytes) {
    return `The key has ${bytes} bytes; S3 takes ${mostKeyBytes}.`;
  }
  if (key.endsWith('/')) return 'A key that ends in / is a folder; add the name of the file.';
  if (key.startsWith('/')) return 'A key begins without a slash; S3 would make a nameless folder.';
  if (/[\u0000-\u001f\u007f]/.test(key)) {
    return 'The key contains a control character, such as a line break.';
  }
  if (key.includes('*')) {
    return 'RDS cannot restore a key with an asterisk, which it takes for a set of files.';
  }
  if (key.split('/').some((part) => part === '.' || part === '..')) {
    return 'A folder named . or .. cannot be reached by many tools.';
  }
  return undefined;
}
