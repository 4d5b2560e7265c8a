// Saying what is going on while a file is read or imported.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { close, open } from './page.mjs';

afterEach(close);

const PAGE = `
  <form data-waiting="Importing 900 bids."><button>Import</button></form>
  <div role="status" data-waiting-status></div>
  <form id="other"><button>Save</button></form>`;

const sent = (page, selector) => page.find(selector).dispatchEvent(new Event('submit', { cancelable: true }));

test('what is going on is said when the form is sent, and not before', async () => {
  const page = open(PAGE);
  await page.run('waiting.js');
  assert.equal(page.text('[data-waiting-status]'), '');
  sent(page, '[data-waiting]');
  assert.equal(page.text('[data-waiting-status]'), 'Importing 900 bids.');
  assert.equal(page.find('progress').getAttribute('aria-label'), 'Importing 900 bids.');
});

test('it is said once, and no longer when the page is shown again', async () => {
  const page = open(PAGE);
  await page.run('waiting.js');
  sent(page, '[data-waiting]');
  sent(page, '[data-waiting]');
  assert.equal(page.text('[data-waiting-status]'), 'Importing 900 bids.');
  page.document.defaultView.dispatchEvent(new Event('pageshow'));
  assert.equal(page.text('[data-waiting-status]'), '');
});

test('another form says nothing', async () => {
  const page = open(PAGE);
  await page.run('waiting.js');
  sent(page, '#other');
  assert.equal(page.find('progress'), null);
});
