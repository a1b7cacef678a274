import type { Workbench } from './pages/workbench.js';

/** Signs in with a password through the open boxes, from the login on. */
export async function answerPassword(
  { quickInput }: Workbench,
  o: { readonly instance: string; readonly password: string },
): Promise<void> {
  await quickInput.waitForTitle(`Sign In to ${o.instance}`);
  await quickInput.accept();
  await quickInput.choose('Enter the password');
  await quickInput.waitForMessage(/^Password of /);
  await quickInput.answer(o.password);
}
