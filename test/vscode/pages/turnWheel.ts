// The function given to `evaluate` runs in the page.
/// <reference lib="dom" />
import type { Locator } from 'playwright-core';

/**
 * VS Code scrolls 50 pixels for a `wheelDeltaY` of -120, which is a notch of a mouse's wheel. Chromium
 * gives an event that is made here a `wheelDeltaY` equal to its `deltaY`.
 */
const deltaOfPixel = -120 / 50;

/**
 * Scrolls what lies under a `.monaco-scrollable-element` by so many pixels. The event goes straight to
 * the element: the mouse's own events arrive late on a busy machine, and rows would be left out.
 */
export async function turnWheel(scrollable: Locator, pixels: number): Promise<void> {
  await scrollable.evaluate((element, deltaY) => {
    element.dispatchEvent(new WheelEvent('wheel', { deltaY, bubbles: true, cancelable: true }));
  }, pixels * deltaOfPixel);
}
