// Following a meeting: the page opens the bid under discussion once the meeting moves on.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { ADDRESS, answer, close, fault, move, noConnection, open } from './page.mjs';

afterEach(close);

const EVERY = 4000;
const PAGE = '<div data-follow="/meetings/MEET-1/now/">This page follows the meeting.</div>';
const at = (address) => answer(200, { address });

const start = async (answers, body = PAGE) => {
  const page = open(body);
  page.server.answers.push(...answers);
  await page.run('following.js');
  return page;
};

test('the page stays while the meeting discusses its bid, and opens the next one', async () => {
  const page = await start([at('/here/'), at('/meetings/MEET-1/bids/BID-2/?follow=yes')]);
  assert.equal(page.server.requests.length, 0);
  await move(EVERY);
  assert.deepEqual(page.left, []);
  await move(EVERY);
  assert.deepEqual(page.left, [new URL('/meetings/MEET-1/bids/BID-2/?follow=yes', ADDRESS).href]);
  assert.deepEqual(page.server.requests.map(({ address, method }) => [address, method]), [
    ['/meetings/MEET-1/now/?as=address', 'GET'],
    ['/meetings/MEET-1/now/?as=address', 'GET'],
  ]);
});

test('a fault or a lost connection is no reason to stop', async () => {
  const page = await start([fault, noConnection, at('/next/')]);
  await move(EVERY);
  await move(EVERY);
  assert.deepEqual(page.left, []);
  await move(EVERY);
  assert.deepEqual(page.left, [new URL('/next/', ADDRESS).href]);
});

test('a page that does not follow asks nothing', async () => {
  const page = await start([], '<p>The agenda.</p>');
  await move(EVERY);
  assert.equal(page.server.requests.length, 0);
});
