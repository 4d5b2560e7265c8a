// Showing what a change would come to while it is typed.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { ADDRESS, close, fault, html, move, noConnection, open, settle } from './page.mjs';

afterEach(close);

const PAUSE = 400;
const PAGE = `
  <form data-effect-form><input name="csrfmiddlewaretoken" value="token"><input name="amount" value="1"></form>
  <div id="effect"><p>£1</p></div>`;
const effectOf = (sum) => html(`<!DOCTYPE html><body><h1>Page</h1><div id="effect"><p>${sum}</p></div></body>`);

const start = async (answers, body = PAGE) => {
  const page = open(body);
  page.server.answers.push(...answers);
  await page.run('effect.js');
  return page;
};

test('the effect is asked for after a pause, once, and shown', async () => {
  const page = await start([effectOf('£20')]);
  page.type('[name="amount"]', '2');
  await move(PAUSE - 1);
  page.type('[name="amount"]', '20');
  await move(PAUSE - 1);
  assert.equal(page.server.requests.length, 0);
  await move(1);
  assert.deepEqual(page.server.requests.map(({ address, method, fields }) => ({ address, method, fields })), [
    { address: ADDRESS, method: 'POST', fields: { csrfmiddlewaretoken: 'token', amount: '20', then: 'preview' } },
  ]);
  assert.equal(page.text('#effect'), '£20');
  assert.equal(page.find('#effect h1'), null);
});

test('an answer that a later one has overtaken is not shown', async () => {
  let arrive;
  const slow = () => new Promise((resolve) => { arrive = () => resolve(effectOf('£2')()); });
  const page = await start([slow, effectOf('£20')]);
  page.type('[name="amount"]', '2');
  await move(PAUSE);
  page.type('[name="amount"]', '20');
  await move(PAUSE);
  arrive();
  await settle();
  assert.equal(page.text('#effect'), '£20');
});

for (const [name, broken] of Object.entries({
  'a fault': fault,
  'no connection': noConnection,
  'a page without an effect': html('<p>Sign in</p>'),
})) {
  test(`${name} leaves the figures as they were`, async () => {
    const page = await start([broken, effectOf('£30')]);
    page.type('[name="amount"]', '2');
    await move(PAUSE);
    assert.equal(page.text('#effect'), '£1');
    page.type('[name="amount"]', '3');
    await move(PAUSE);
    assert.equal(page.text('#effect'), '£30');
  });
}

test('a page without an effect asks for nothing', async () => {
  const page = await start([], '<form data-effect-form><input name="amount"></form>');
  page.type('[name="amount"]', '2');
  await move(PAUSE);
  assert.equal(page.server.requests.length, 0);
});
