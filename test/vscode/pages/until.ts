/** How long a fact may take to become visible on a busy machine. */
export const patienceMs = 60_000;

/**
 * Looks again and again until `look` finds something.
 * @param missing what to say, with what was seen instead, when it does not come
 */
export async function until<T>(
  missing: (waited: string) => string | Promise<string>,
  look: () => Promise<T | undefined>,
  ms = patienceMs,
): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(await missing(`within ${ms / 1000} s`));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Whether a text fits: a string must be contained, an expression must match. */
export const fits = (text: string, wanted: string | RegExp) =>
  typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
