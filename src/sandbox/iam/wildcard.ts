/**
 * Matches `*` (any run) and `?` (any one character) as IAM does. Two pointers and one mark to come
 * back to: linear in practice and never exponential, whatever a policy holds.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    const expected = pattern[p];
    if (expected === '*') {
      star = p++;
      mark = t;
    } else if (expected !== undefined && (expected === '?' || expected === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** ARNs match part by part, so that a `*` in one of the first five parts does not cross a colon. */
export function matchesArn(pattern: string, arn: string): boolean {
  const want = splitArn(pattern);
  const have = splitArn(arn);
  if (want === undefined || have === undefined) return pattern === '*';
  return want.every((part, index) => matchesWildcard(part, have[index] ?? ''));
}

function splitArn(arn: string): string[] | undefined {
  const parts = arn.split(':');
  if (parts.length < 6) return undefined;
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}
