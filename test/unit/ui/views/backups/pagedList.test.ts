import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Page, PagedList } from '../../../../../src/ui/views/backups/pagedList.js';

/** Pages that come when the test says so. */
class Pages {
  readonly asked: (string | undefined)[] = [];
  readonly #waiting: ((page: Page<string> | Error) => void)[] = [];

  readonly list = new PagedList<string>((next) => {
    this.asked.push(next);
    return new Promise((resolve, reject) => {
      this.#waiting.push((page) => {
        if (page instanceof Error) reject(page);
        else resolve(page);
      });
    });
  });

  come(page: Page<string> | Error): void {
    this.#waiting.shift()?.(page);
  }
}

describe('A listing by pages', () => {
  it('asks once for the first page, whoever looks', async () => {
    const pages = new Pages();
    const looks = [pages.list.first(), pages.list.first()];
    assert.equal(pages.list.loading, true);
    pages.come({ items: ['a', 'b'], next: '2' });
    assert.deepEqual(await Promise.all(looks), [
      ['a', 'b'],
      ['a', 'b'],
    ]);
    assert.deepEqual(await pages.list.first(), ['a', 'b']);
    assert.deepEqual(pages.asked, [undefined]);
    assert.equal(pages.list.loading, false);
  });

  it('adds the next page once, however often it is asked for', async () => {
    const pages = new Pages();
    const first = pages.list.first();
    pages.come({ items: ['a'], next: '2' });
    await first;
    const clicks = [pages.list.more(), pages.list.more()];
    pages.come({ items: ['b'], next: undefined });
    await Promise.all(clicks);
    assert.deepEqual(pages.list.items, ['a', 'b']);
    assert.equal(pages.list.hasMore, false);
    await pages.list.more();
    assert.deepEqual(pages.asked, [undefined, '2']);
  });

  it('keeps what it has when a page fails, and asks for that page again', async () => {
    const pages = new Pages();
    const first = pages.list.first();
    pages.come({ items: ['a'], next: '2' });
    await first;
    const failing = pages.list.more();
    pages.come(new Error('no network'));
    await assert.rejects(failing, /no network/);
    assert.deepEqual(pages.list.items, ['a']);
    assert.equal(pages.list.hasMore, true);
    const again = pages.list.more();
    pages.come({ items: ['b'], next: undefined });
    await again;
    assert.deepEqual(pages.list.items, ['a', 'b']);
  });

  it('drops a page that was on its way when it was reset', async () => {
    const pages = new Pages();
    const first = pages.list.first();
    pages.list.reset();
    const anew = pages.list.first();
    pages.come({ items: ['old'], next: undefined });
    pages.come({ items: ['new'], next: undefined });
    assert.deepEqual(await anew, ['new']);
    assert.deepEqual(await first, ['new']);
    assert.deepEqual(pages.list.items, ['new']);
  });

  it('tells that the first page failed, and tries again at the next look', async () => {
    const pages = new Pages();
    const failing = pages.list.first();
    pages.come(new Error('denied'));
    await assert.rejects(failing, /denied/);
    const again = pages.list.first();
    pages.come({ items: [], next: undefined });
    assert.deepEqual(await again, []);
  });
});
