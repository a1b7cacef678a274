import type { Locator, Page } from 'playwright-core';

/** Drags one element onto another, with the moves that a drop target wants to see. */
export async function drag(page: Page, from: Locator, to: Locator): Promise<void> {
  await from.hover();
  await page.mouse.down();
  await to.hover();
  // The second move makes the target answer that it takes the drop.
  await to.hover({ position: { x: 8, y: 8 } });
  await page.mouse.up();
}
