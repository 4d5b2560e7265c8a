// What the scoring page does for the mouse and the height of its bar.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { close, move, open } from './page.mjs';
import { scorecard } from './scorecard.mjs';

afterEach(close);

const FIRST = '[name="passed_1"][value="yes"]';
const MARK = '[name="score_1"][value="3"]';

const start = async (body = scorecard(), supports = () => true) => {
  const page = open(body);
  const observed = [];
  Object.assign(globalThis, {
    CSS: { supports },
    matchMedia: () => ({ matches: true }),
    ResizeObserver: class { observe(each) { observed.push(each); } },
  });
  await page.run('scorecard.js');
  const click = async (selector, pointerType) => {
    const event = Object.assign(new page.document.defaultView.MouseEvent('click', { bubbles: true, cancelable: true }), { pointerType });
    page.find(selector).focus();
    page.find(selector).dispatchEvent(event);
    await move(0);
  };
  return { ...page, observed, click, at: () => page.document.activeElement.name };
};

test('a click of the mouse on the last open choice leads to the reason', async () => {
  const page = await start();
  await page.click(FIRST, 'mouse');
  assert.equal(page.at(), 'passed_1');
  await page.click(MARK, 'mouse');
  assert.equal(page.at(), 'reason_1');
});

test('a finger and the keyboard stay at the choice', async () => {
  const page = await start();
  await page.click(FIRST, 'mouse');
  for (const pointerType of ['touch', 'pen', '', undefined]) {
    await page.click(MARK, pointerType);
    assert.equal(page.at(), 'score_1');
  }
});

test('a reason that has words is left alone', async () => {
  const page = await start(scorecard({ first: { reason: 'Because' } }));
  await page.click(FIRST, 'mouse');
  await page.click(MARK, 'mouse');
  assert.equal(page.at(), 'score_1');
});

test('the page knows the height of its bar', async () => {
  const page = await start();
  assert.deepEqual(page.observed, [page.find('.app-submit-bar')]);
  assert.equal(page.document.documentElement.style.getPropertyValue('--app-submit-bar'), '0px');
  assert.equal(page.find('[data-click-hint]').hidden, false);
});

test('what the style of a browser cannot do, the script does', async () => {
  const page = await start(scorecard(), () => false);
  assert.equal(page.find('.app-fold').open, true);
  assert.match(page.find('[name="reason_1"]').style.height, /px$/);
});
