// The keyboard shortcuts of the scoring page.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { close, open } from './page.mjs';
import { scorecard } from './scorecard.mjs';

afterEach(close);

const start = async (body = scorecard()) => {
  const page = open(body);
  await page.run('scoring-keys.js');
  return { ...page, focus: (selector) => page.find(selector).focus() };
};

test('the shortcuts are shown once they work', async () => {
  const page = await start();
  assert.equal(page.find('[data-keys]').hidden, false);
});

test('a digit and a letter choose within the criterion that has the focus', async () => {
  const page = await start();
  page.focus('[name="passed_2"][value="no"]');
  assert.equal(page.press('4'), true);
  assert.equal(page.press('Y'), true);
  const chosen = page.all('input:checked').map(({ name, value }) => `${name}=${value}`);
  assert.deepEqual(chosen, ['passed_2=yes', 'score_2=4']);
  assert.equal(page.document.activeElement, page.find('[name="passed_2"][value="yes"]'));
});

test('single keys write in a text and do nothing outside the choices', async () => {
  const page = await start();
  page.focus('[name="reason_1"]');
  for (const key of ['4', 'y', 'n', '5', 'x']) assert.equal(page.press(key), false);
  page.find('[data-elsewhere] a').focus();
  assert.equal(page.press('4'), false);
  page.focus('[name="score_1"][value="0"]');
  for (const key of ['5', 'x']) assert.equal(page.press(key), false);
  assert.equal(page.press('4', { ctrlKey: true }), false);
  assert.deepEqual(page.all('input:checked'), []);
});

test('a criterion without marks leaves the digits alone', async () => {
  const page = await start();
  for (const each of page.all('[name="score_1"]')) each.remove();
  page.focus('[name="passed_1"][value="yes"]');
  assert.equal(page.press('3'), false);
});

test('Alt with Page Down and Page Up steps through the criteria', async () => {
  const page = await start(scorecard({ second: { passed: 'no' } }));
  const first = page.find('[name="passed_1"][value="yes"]');
  const second = page.find('[name="passed_2"][value="no"]');
  const at = (key) => {
    assert.equal(page.press(key, { altKey: true }), true);
    return page.document.activeElement;
  };
  assert.equal(at('PageDown'), first);
  assert.equal(at('PageDown'), second, 'What is chosen has the focus, where something is');
  assert.equal(at('PageDown'), second, 'The last stays');
  assert.equal(at('PageUp'), first);
  first.blur();
  assert.equal(at('PageUp'), second, 'From outside, back is the last');
});

test('Ctrl or Cmd with Enter submits, but for a link or a button that has the focus', async () => {
  const page = await start();
  page.focus('[name="reason_1"]');
  assert.equal(page.press('Enter', { ctrlKey: true }), true);
  assert.equal(page.press('Enter', { metaKey: true }), true);
  assert.deepEqual(page.sent.map(({ then }) => then), ['submit', 'submit']);
  page.find('[data-next]').focus();
  assert.equal(page.press('Enter', { ctrlKey: true }), false);
  page.button('Save as draft').focus();
  assert.equal(page.press('Enter', { ctrlKey: true }), false);
  page.focus('[name="reason_1"]');
  assert.equal(page.press('Enter', { ctrlKey: true, shiftKey: true }), false);
  assert.equal(page.sent.length, 2);
});

test('Ctrl or Cmd with S asks to keep what is typed', async () => {
  const page = await start();
  let asked = 0;
  page.find('form').addEventListener('keep-now', () => { asked += 1; });
  page.focus('[name="reason_1"]');
  assert.equal(page.press('s', { ctrlKey: true }), true);
  assert.equal(page.press('S', { metaKey: true }), true);
  assert.equal(page.press('s', { ctrlKey: true, altKey: true }), false);
  assert.equal(asked, 2);
});

test('Alt with N follows the link to the next bid, where there is one', async () => {
  const page = await start();
  let followed = 0;
  page.find('[data-next]').addEventListener('click', (event) => {
    followed += 1;
    event.preventDefault();
  });
  assert.equal(page.press('n', { altKey: true }), true);
  assert.equal(followed, 1);
  page.find('[data-next]').remove();
  assert.equal(page.press('n', { altKey: true }), false);
});

test('what an input method composes or AltGr writes is no shortcut', async () => {
  const page = await start();
  page.focus('[name="score_1"][value="0"]');
  assert.equal(page.press('3', { isComposing: true }), false);
  assert.equal(page.press('3', { modifierAltGraph: true }), false);
  assert.deepEqual(page.all('input:checked'), []);
});

test('a page without a form has no shortcuts', async () => {
  const page = await start('<a href="/next/" data-next>Next</a>');
  assert.equal(page.press('n', { altKey: true }), false);
});
