// Any form of the service: what is typed in it is kept until the server has taken it.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { answer, close, fault, move, noConnection, open, settle } from './page.mjs';

afterEach(close);

const PAUSE = 1500;
const RETRY = 10_000;
const REASON = '[name="reason"]';
const STATUS = '.app-save-status';
const PREFIX = 'grants:typed:grace.hall:/bids/B-1/return/:';
const TICKET = 'WzcsIi9iaWRzIl0:1abc:0123456789abcdef';

// A form as the pages draw it; `before` stands above it, such as an error summary.
const form = ({ reason = '', name = '', before = '', area = true, more = '' } = {}) => `
  ${before}
  <form method="post">
    <input type="hidden" name="csrfmiddlewaretoken" value="token-of-page">
    <input type="hidden" name="typed_by" value="${TICKET}" data-typed-by data-person="grace.hall" data-to="/bids/B-1/return/">
    <label for="name">Name</label><input type="text" id="name" name="name" value="${name}">
    ${area ? `<label for="reason">Reason</label><textarea id="reason" name="reason">\n${reason}</textarea>` : ''}
    <input type="radio" name="answer" value="yes"><input type="radio" name="answer" value="no">
    <select name="theme"><option value="">None</option><option value="youth">Youth</option></select>
    ${more}
    <div class="govuk-button-group"><button type="submit">Save</button></div>
  </form>`;

const copyOf = (fields, at = '2026-11-26T10:15:00Z', ticket = 'another-ticket-1') => ({
  [`${PREFIX}earlier`]: JSON.stringify({ at, fields, ticket }),
});

const start = async (body = form(), { answers = [], ...more } = {}) => {
  const page = open(body, more);
  page.server.answers.push(...answers);
  await page.run('typed.js');
  return page;
};

test('what is typed is in the browser at once, and with the server after a pause', async () => {
  const page = await start(form(), { answers: [answer(200, { kept: 'Draft saved 10:42' })] });
  page.type(REASON, 'Because');
  assert.equal(page.text(STATUS), 'Draft not saved yet');
  assert.deepEqual(page.copies().map(({ fields }) => fields), [[['reason', 'Because'], ['theme', '']]]);
  await move(PAUSE - 1);
  assert.equal(page.server.requests.length, 0);
  await move(1);
  const [{ address, fields }] = page.server.requests;
  assert.deepEqual([address, fields.reason, fields.typed_by], ['/typed/', 'Because', TICKET]);
  assert.equal(fields.csrfmiddlewaretoken, 'token-of-cookie');
  assert.equal(page.text(STATUS), 'Draft saved 10:42');
  assert.deepEqual(page.copies(), []);
});

test('a password and a file go nowhere', async () => {
  const more = '<input type="password" name="password"><input type="file" name="file">';
  const page = await start(form({ more }), { answers: [answer(200, { kept: 'Draft saved 10:42' })] });
  page.type('[name="password"]', 'secret');
  page.type(REASON, 'Because');
  assert.doesNotMatch(JSON.stringify(page.copies()), /secret/);
  await move(PAUSE);
  const [{ fields }] = page.server.requests;
  assert.deepEqual(['password' in fields, 'file' in fields], [false, false]);
});

test('a form of short fields is kept in the browser alone', async () => {
  const page = await start(form({ area: false }));
  page.type('#name', 'Mutual Gain');
  await move(PAUSE);
  assert.equal(page.server.requests.length, 0);
  assert.deepEqual(page.copies()[0].fields, [['name', 'Mutual Gain'], ['theme', '']]);
});

test('without a connection the words stay here, and are sent again', async () => {
  const page = await start(form(), { answers: [noConnection, answer(200, { kept: 'Draft saved 10:43' })] });
  page.type(REASON, 'Because');
  await move(PAUSE);
  assert.match(page.text(STATUS), /^No connection\. What you typed is kept on this computer\./);
  assert.equal(page.copies().length, 1);
  await move(RETRY);
  assert.equal(page.text(STATUS), 'Draft saved 10:43');
  assert.equal(page.copies().length, 0);
});

test('whoever is signed out is told so, with a way to sign in', async () => {
  const page = await start(form(), { answers: [answer(401, { error: 'You are signed out' })] });
  page.type(REASON, 'Because');
  await move(PAUSE);
  assert.match(page.text(STATUS), /You are signed out\. What you typed is kept on this computer\./);
  assert.equal(page.find(`${STATUS} a`).target, '_blank');
});

test('what is refused for good is not sent again', async () => {
  const page = await start(form(), { answers: [answer(413, { error: 'This is too long to keep as a draft' })] });
  page.type(REASON, 'Because');
  await move(PAUSE);
  assert.match(page.text(STATUS), /^Draft not saved: this is too long to keep as a draft\./);
  await move(RETRY * 3);
  assert.equal(page.server.requests.length, 1);
});

test('a fault of the service is waited out', async () => {
  const page = await start(form(), { answers: [fault, answer(200, { kept: 'Draft saved 10:43' })] });
  page.type(REASON, 'Because');
  await move(PAUSE);
  assert.match(page.text(STATUS), /^Draft not saved: the service has a fault\./);
  await move(RETRY);
  assert.equal(page.text(STATUS), 'Draft saved 10:43');
});

test('a closed page leaves a copy, which the next one offers and puts back', async () => {
  const fields = [['name', 'Mutual Gain'], ['reason', 'Because\nof it'], ['answer', 'no'], ['theme', 'youth']];
  const page = await start(form(), { stored: copyOf(fields) });
  assert.match(page.text('section'), /^Typed here at 10:15, and not saved/);
  assert.match(page.text('section'), /Because\nof it/);
  page.button('Put this back').click();
  assert.deepEqual([page.find('#name').value, page.find(REASON).value], ['Mutual Gain', 'Because\nof it']);
  assert.deepEqual([page.find('[value="no"]').checked, page.find('select').value], [true, 'youth']);
  assert.equal(page.find('section'), null);
  assert.deepEqual(page.copies().map((copy) => copy.fields), [fields]);
});

test('a copy can be discarded', async () => {
  const page = await start(form(), { stored: copyOf([['reason', 'Because'], ['theme', '']]) });
  page.button('Discard this copy').click();
  assert.deepEqual([page.find('section'), page.copies()], [null, []]);
});

test('a copy that is what the page shows is not offered', async () => {
  const page = await start(form({ reason: 'Because' }), { stored: copyOf([['reason', 'Because'], ['theme', '']]) });
  assert.deepEqual([page.find('section'), page.copies()], [null, []]);
});

test('what a page with errors shows stays kept, because it is not saved', async () => {
  const before = '<div class="govuk-error-summary">There is a problem</div>';
  const page = await start(form({ reason: 'Because', before }));
  assert.deepEqual(page.copies().map(({ fields }) => fields), [[['reason', 'Because'], ['theme', '']]]);
});

test('the cookie of a form that was taken drops its copy on whatever page comes next', async () => {
  const ticket = TICKET.slice(-16);
  const page = await start('<p>Saved</p>', {
    stored: { ...copyOf([['reason', 'Because']], undefined, ticket), [`${PREFIX}other`]: JSON.stringify({ fields: [], ticket: 'x' }) },
    cookie: `saved=${ticket}; path=/`,
  });
  assert.deepEqual(page.copies().map((copy) => copy.ticket), ['x']);
  assert.equal(page.document.cookie, '');
});

test('a form that was sent sends no draft behind itself', async () => {
  const page = await start(form(), { answers: [answer(200, { kept: 'Draft saved 10:42' })] });
  page.type(REASON, 'Because');
  page.button('Save').click();
  await move(PAUSE * 2);
  assert.equal(page.server.requests.length, 0);
  assert.equal(page.sent[0].reason, 'Because');
  assert.equal(page.copies().length, 1);
});

test('where the browser keeps nothing, the page says to stay open', async () => {
  const page = await start(form(), { answers: [noConnection], refuseStorage: true });
  page.type(REASON, 'Because');
  await move(PAUSE);
  assert.match(page.text(STATUS), /Leave this page open to keep what you typed\./);
});

test('a form with a keeping of its own is left to it', async () => {
  const own = form().replace('<form method="post"', '<form method="post" data-autosave');
  const page = await start(own);
  page.type(REASON, 'Because');
  await settle();
  assert.deepEqual(page.copies(), []);
});
