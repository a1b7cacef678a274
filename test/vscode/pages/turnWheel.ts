// The function given to `evaluate` runs in the page.
/// <reference lib="dom" />
import type { Locator } from 'playwright-core';

/** Chromium reports 120 for a notch of a mouse wheel, VS Code scrolls 50 pixels for it. */
const reportedPerPixel = 120 / 50;

/**
 * Scrolls what lies under a `.monaco-scrollable-element` by so many pixels. The event goes straight to
 * the element: the mouse's own events arrive late on a busy machine, and rows would be left out.
 */
export async function turnWheel(scrollable: Locator, pixels: number): Promise<void> {
  await scrollable.evaluate((element, deltaY) => {
    // VS Code reads the older wheelDeltaY, which Chromium gives a made event with the wrong sign.
    const wheel = { deltaY, wheelDeltaY: -deltaY, bubbles: true, cancelable: true };
    element.dispatchEvent(new WheelEvent('wheel', wheel));
  }, pixels * reportedPerPixel);
}
