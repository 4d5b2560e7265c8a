// Saving a scorecard while it is typed: nothing that was typed is lost, whatever the server or the connection does.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { ADDRESS, answer, close, fault, move, noConnection, open, settle } from './page.mjs';
import { copyOf, scorecard, submitted } from './scorecard.mjs';

afterEach(close);

const PAUSE = 800;
const RETRY = 10_000;
const REASON = '[name="reason_1"]';
const STATUS = '[data-autosave-status]';
const saved = (version) => answer(200, { version, saved: 'Draft saved 10:42' });

const start = async (body = scorecard(), more = {}) => {
  const { answers = [], ...how } = more;
  const page = open(body, how);
  page.server.answers.push(...answers);
  await page.run('autosave.js');
  return page;
};

test('what is typed is saved after a pause, and once', async () => {
  const page = await start(scorecard(), { answers: [saved(4)] });
  page.type(REASON, 'Mu');
  assert.equal(page.text(STATUS), 'Not saved yet');
  await move(PAUSE - 1);
  page.type(REASON, 'Much need');
  await move(PAUSE - 1);
  assert.equal(page.server.requests.length, 0);
  await move(1);
  const [{ address, method, headers, fields }] = page.server.requests;
  assert.equal(page.server.requests.length, 1);
  assert.deepEqual([address, method, headers], [ADDRESS, 'POST', { 'X-Autosave': 'stay' }]);
  assert.deepEqual(fields, {
    csrfmiddlewaretoken: 'token-of-cookie', typed_by: 'amara.cole:signed', version: '3', reason_1: 'Much need', reason_2: '',
    then: 'draft',
  });
  assert.equal(page.text(STATUS), 'Draft saved 10:42');
  assert.equal(page.find('[name="version"]').value, '4');
  await move(RETRY);
  assert.equal(page.server.requests.length, 1);
});

test('a copy is kept from the first letter until the server has confirmed that very content', async () => {
  const page = await start(scorecard(), { answers: [saved(4)] });
  page.type(REASON, 'Much need');
  assert.deepEqual(page.copies(), [
    { version: '3', at: '2026-11-26T10:42:00.000Z', fields: { reason_1: 'Much need' }, sent: [] },
  ]);
  await move(PAUSE);
  assert.deepEqual(page.copies(), []);
});

test('what is typed while a draft is on its way is kept, and saved after it with its version', async () => {
  let arrive;
  const slow = () => new Promise((resolve) => { arrive = () => resolve(saved(4)()); });
  const page = await start(scorecard(), { answers: [slow, saved(5)] });
  page.type(REASON, 'Much');
  await move(PAUSE);
  page.type(REASON, 'Much need');
  await move(PAUSE);
  assert.equal(page.server.requests.length, 1, 'One sending at a time');
  arrive();
  await settle();
  assert.deepEqual(page.server.requests.map(({ fields }) => [fields.version, fields.reason_1]), [['3', 'Much'], ['4', 'Much need']]);
  assert.deepEqual(page.copies(), []);
});

test('typing that comes back to what is saved sends nothing', async () => {
  const page = await start(scorecard({ first: { reason: 'Saved' }, status: 'Draft saved 09:00' }));
  page.type(REASON, 'Changed');
  page.type(REASON, 'Saved');
  await move(PAUSE);
  assert.equal(page.server.requests.length, 0);
  assert.equal(page.text(STATUS), 'Draft saved 09:00');
  assert.deepEqual(page.copies(), []);
});

test('without a connection the page says so, keeps a copy and tries again by itself', async () => {
  const page = await start(scorecard(), { answers: [noConnection, saved(4)] });
  page.type(REASON, 'Much need');
  await move(PAUSE);
  assert.equal(page.text(STATUS), 'Not saved: no connection. What you typed is kept on this computer. It is saved by itself once there is one.');
  assert.deepEqual(page.copies().map(({ fields, sent }) => ({ fields, sent })), [
    { fields: { reason_1: 'Much need' }, sent: [{ reason_1: 'Much need' }] },
  ]);
  await move(RETRY - 1);
  assert.equal(page.server.requests.length, 1);
  await move(1);
  assert.equal(page.text(STATUS), 'Draft saved 10:42');
  assert.deepEqual(page.copies(), []);
});

for (const event of ['online', 'focus']) {
  test(`it is saved at once when the window reports ${event}`, async () => {
    const page = await start(scorecard(), { answers: [noConnection, saved(4)] });
    page.type(REASON, 'Much need');
    await move(PAUSE);
    page.happens(event);
    await settle();
    assert.equal(page.text(STATUS), 'Draft saved 10:42');
  });
}

test('where the browser may keep nothing, the page asks to be left open', async () => {
  const page = await start(scorecard(), { refuseStorage: true });
  page.type(REASON, 'Much need');
  await move(PAUSE);
  assert.match(page.text(STATUS), /^Not saved: no connection\. Leave this page open to keep what you typed\./);
});

test('a fault of the service is shown, and the save is tried again', async () => {
  const page = await start(scorecard(), { answers: [fault, saved(4)] });
  page.type(REASON, 'Much need');
  await move(PAUSE);
  assert.equal(page.text(STATUS), 'Not saved: the service has a fault. What you typed is kept on this computer. It is tried again by itself.');
  await move(RETRY);
  assert.equal(page.text(STATUS), 'Draft saved 10:42');
});

test('an answer that would lead elsewhere is no answer', async () => {
  const page = await start(scorecard(), { answers: [() => Response.error()] });
  page.type(REASON, 'Much need');
  await move(PAUSE);
  assert.match(page.text(STATUS), /^Not saved: the service has a fault\./);
  assert.equal(page.copies().length, 1);
});

test('no answer is waited for longer than 20 seconds', async (t) => {
  const patience = t.mock.method(AbortSignal, 'timeout');
  const page = await start(scorecard(), { answers: [saved(4)] });
  page.type(REASON, 'Much need');
  await move(PAUSE);
  assert.deepEqual(patience.mock.calls.map((each) => each.arguments), [[20_000]]);
  assert.equal(page.server.requests[0].signal, patience.mock.calls[0].result);
});

test('who is signed out is led to the sign-in, and saving goes on with the new token', async () => {
  const page = await start(scorecard(), { answers: [answer(401, { error: 'Signed out' }), saved(4)] });
  page.type(REASON, 'Much need');
  await move(PAUSE);
  assert.match(page.text(STATUS), /^Not saved: you are signed out\. What you typed is kept on this computer\./);
  const link = page.find(`${STATUS} a`);
  assert.deepEqual([link.getAttribute('href'), link.target, link.rel], ['/sign-in/?next=/signed-in/', '_blank', 'noopener']);
  page.document.cookie = 'csrftoken=token-of-next-sign-in';
  page.happens('focus');
  await settle();
  assert.equal(page.server.requests[1].fields.csrfmiddlewaretoken, 'token-of-next-sign-in');
  assert.equal(page.text(STATUS), 'Draft saved 10:42');
});

test('without a cookie the token of the page is sent', async () => {
  const page = await start(scorecard(), { answers: [saved(4)], cookie: 'other=1' });
  page.type(REASON, 'Much need');
  await move(PAUSE);
  assert.equal(page.server.requests[0].fields.csrfmiddlewaretoken, 'token-of-page');
});

test('a refusal is shown with its reason', async () => {
  const page = await start(scorecard(), { answers: [answer(403, { error: 'Another person typed this' })] });
  page.type(REASON, 'Much need');
  await move(PAUSE);
  assert.match(page.text(STATUS), /^Not saved: another person typed this\. What you typed is kept on this computer\. Sign in in a new tab$/);
});

for (const status of [403, 404]) {
  test(`a bid that is no longer the member's to score (${status}) is shown, and not tried again`, async () => {
    const page = await start(scorecard(), { answers: [() => new Response('', { status })] });
    page.type(REASON, 'Much need');
    await move(PAUSE);
    assert.equal(page.text(STATUS), 'Not saved: this bid is no longer yours to score. What you typed is kept on this computer. Copy it if you need it.');
    await move(RETRY);
    assert.equal(page.server.requests.length, 1);
    assert.equal(page.copies().length, 1);
  });
}

test('a refused draft (409) is shown with its reason and kept', async () => {
  const page = await start(scorecard(), { answers: [answer(409, { error: 'Scoring has closed' })] });
  page.type(REASON, 'Much need');
  await move(PAUSE);
  assert.equal(page.text(STATUS), 'Not saved: Scoring has closed');
  assert.deepEqual(page.copies().map(({ sent }) => sent), [[{ reason_1: 'Much need' }]]);
  await move(RETRY);
  assert.equal(page.server.requests.length, 1);
});

const OTHER = { version: 9, standing: { reason_1: 'From another window' }, saved: 'Draft saved 10:40' };

test('a scorecard saved in another window is not overwritten: both versions are offered', async () => {
  const page = await start(scorecard(), { answers: [answer(409, OTHER)] });
  page.type(REASON, 'Much need');
  await move(PAUSE);
  assert.match(page.text(STATUS), /^Not saved: this scorecard was saved in another window\. What you typed is kept/);
  assert.equal(page.find('[name="version"]').value, '3');
  page.type(REASON, 'Much more need');
  await move(PAUSE + RETRY);
  assert.equal(page.server.requests.length, 1, 'Nothing more is sent by itself');
  assert.match(page.text(STATUS), /^Not saved yet\. Save or submit to put this in place of what is saved\.$/);
});

test('"See both versions" sends the form by the browser itself', async () => {
  const page = await start(scorecard(), { answers: [answer(409, OTHER)] });
  page.type(REASON, 'Much need');
  await move(PAUSE);
  page.button('See both versions').click();
  assert.deepEqual(page.sent.map(({ then, reason_1, version, csrfmiddlewaretoken }) => [then, reason_1, version, csrfmiddlewaretoken]), [
    ['draft', 'Much need', '3', 'token-of-cookie'],
  ]);
  assert.equal(page.copies().length, 1);
});

test('a draft whose answer got lost is no conflict', async () => {
  const ours = { version: 4, standing: { reason_1: 'Much' }, saved: 'Draft saved 10:41' };
  const page = await start(scorecard(), { answers: [noConnection, answer(409, ours), saved(5)] });
  page.type(REASON, 'Much');
  await move(PAUSE);
  page.type(REASON, 'Much need');
  await move(PAUSE);
  assert.deepEqual(page.server.requests.map(({ fields }) => [fields.version, fields.reason_1]), [
    ['3', 'Much'], ['3', 'Much need'], ['4', 'Much need'],
  ]);
  assert.equal(page.text(STATUS), 'Draft saved 10:42');
  assert.deepEqual(page.copies(), []);
});

test('a draft that the server did not take is not mistaken for one whose answer got lost', async () => {
  const typedElsewhere = { version: 4, standing: { reason_1: 'Much' }, saved: 'Draft saved 10:41' };
  const page = await start(scorecard(), { answers: [answer(401, { error: 'Signed out' }), answer(409, typedElsewhere)] });
  page.type(REASON, 'Much');
  await move(PAUSE);
  page.type(REASON, 'Much need');
  await move(PAUSE);
  assert.match(page.text(STATUS), /^Not saved: this scorecard was saved in another window\./);
  assert.equal(page.server.requests.length, 2);
});

test('submitting sends by script and leads on', async () => {
  const page = await start(scorecard(), { answers: [answer(200, { next: '/next/' })] });
  page.type(REASON, 'Much need');
  page.button('Submit and go to next bid').click();
  await settle();
  const [{ headers, fields }] = page.server.requests;
  assert.deepEqual([headers['X-Autosave'], fields.then, fields.reason_1], ['go', 'submit', 'Much need']);
  assert.deepEqual([page.left, page.sent, page.copies()], [['/next/'], [], []]);
  await move(PAUSE);
  page.happens('pagehide');
  assert.equal(page.server.requests.length, 1);
});

test('submitting without a connection leaves what was typed, and saves it as a draft later', async () => {
  const page = await start(scorecard(), { answers: [noConnection, saved(4)] });
  page.type(REASON, 'Much need');
  page.button('Submit and go to next bid').click();
  await settle();
  assert.match(page.text(STATUS), /^Not submitted: no connection\./);
  assert.deepEqual(page.left, []);
  await move(RETRY);
  assert.equal(page.server.requests[1].fields.then, 'draft');
  assert.equal(page.text(STATUS), 'Draft saved 10:42. Not submitted yet: submit again.');
});

test('submitting after a lost answer submits on top of what was saved', async () => {
  const ours = { version: 4, standing: { reason_1: 'Much need' }, saved: 'Draft saved 10:41' };
  const page = await start(scorecard(), { answers: [noConnection, answer(409, ours), answer(200, { next: '/next/' })] });
  page.type(REASON, 'Much need');
  await move(PAUSE);
  page.button('Submit and go to next bid').click();
  await settle();
  assert.deepEqual(page.server.requests.map(({ fields }) => [fields.then, fields.version]), [
    ['draft', '3'], ['submit', '3'], ['submit', '4'],
  ]);
  assert.deepEqual([page.left, page.sent], [['/next/'], []]);
});

test('a form that shows two versions is sent by the browser where the server has another again', async () => {
  const page = await start(scorecard({ held: true, unsaved: true, first: { reason: 'Mine' } }), {
    answers: [answer(409, { version: 9, standing: { reason_1: 'Mine' }, saved: 'Draft saved 10:41' })],
  });
  page.button('Submit and go to next bid').click();
  await settle();
  assert.deepEqual([page.server.requests.length, page.sent.map(({ then }) => then)], [1, ['submit']]);
});

test('what the server refuses to take is sent by the browser, so that the page shows its errors', async () => {
  const page = await start(scorecard(), { answers: [answer(409, { error: 'Say why' })] });
  page.type(REASON, 'Much need');
  page.button('Submit and go to next bid').click();
  await settle();
  assert.deepEqual(page.sent.map(({ then }) => then), ['submit']);
  assert.equal(page.copies().length, 1);
});

test('"Save as draft" waits for a draft that is on its way', async () => {
  let arrive;
  const slow = () => new Promise((resolve) => { arrive = () => resolve(saved(4)()); });
  const page = await start(scorecard(), { answers: [slow, answer(200, { next: ADDRESS })] });
  page.type(REASON, 'Much need');
  await move(PAUSE);
  page.button('Save as draft').click();
  await settle();
  assert.equal(page.server.requests.length, 1);
  arrive();
  await settle();
  assert.deepEqual([page.server.requests[1].fields.then, page.server.requests[1].fields.version], ['draft', '4']);
  assert.deepEqual(page.left, [ADDRESS]);
});

test('the shortcut saves at once, and says so where nothing changed', async () => {
  const page = await start(scorecard({ status: 'Draft saved 09:00' }), { answers: [saved(4)] });
  const keepNow = () => page.find('form').dispatchEvent(new Event('keep-now'));
  keepNow();
  assert.equal(page.text(STATUS), 'Draft saved 09:00. Nothing changed since.');
  page.type(REASON, 'Much need');
  keepNow();
  await settle();
  assert.equal(page.text(STATUS), 'Draft saved 10:42');
});

test('a page that is left sends what is not saved behind itself', async () => {
  const page = await start();
  page.type(REASON, 'Much need');
  page.happens('pagehide');
  const [{ keepalive, fields }] = page.server.requests;
  assert.deepEqual([keepalive, fields.then, fields.reason_1], [true, 'draft', 'Much need']);
  assert.deepEqual(page.copies().map(({ sent }) => sent), [[{ reason_1: 'Much need' }]]);
  await settle();
});

test('a page that is left sends nothing where all is saved, and only keeps what is too long to send', async () => {
  const page = await start();
  page.happens('pagehide');
  page.type(REASON, 'x'.repeat(20_000));
  page.happens('pagehide');
  assert.equal(page.server.requests.length, 0);
  assert.equal(page.copies()[0].fields.reason_1.length, 20_000);
});

test('a page that the browser had put away is loaded anew', async () => {
  const page = await start();
  page.happens('pageshow', { persisted: false });
  assert.deepEqual(page.left, []);
  page.happens('pageshow', { persisted: true });
  assert.deepEqual(page.left, ['reload']);
});

test('what an earlier page left is put back and saved', async () => {
  const page = await start(scorecard({ second: { reason: 'Cheap' } }), {
    stored: copyOf({ passed_1: 'yes', reason_1: 'Much need', reason_2: 'Cheap' }),
    answers: [saved(4)],
  });
  assert.equal(page.find(REASON).value, 'Much need');
  assert.equal(page.find('[name="passed_1"][value="yes"]').checked, true);
  assert.equal(page.server.requests[0].fields.reason_1, 'Much need');
  assert.equal(page.text(STATUS), 'Put back what you typed at 10:15. Draft saved 10:42');
  assert.deepEqual(page.stored(), {});
});

test('what an earlier page left is put back where the answer to it got lost', async () => {
  const page = await start(scorecard({ version: 4, first: { reason: 'Much' } }), {
    stored: copyOf({ reason_1: 'Much need' }, { version: '3', sent: [{ reason_1: 'Much' }] }),
    answers: [saved(5)],
  });
  assert.equal(page.find(REASON).value, 'Much need');
  assert.equal(page.text(STATUS), 'Put back what you typed at 10:15. Draft saved 10:42');
});

test('a copy of what is saved is thrown away', async () => {
  const page = await start(scorecard({ first: { reason: 'Saved' } }), { stored: copyOf({ reason_1: 'Saved' }) });
  assert.deepEqual([page.stored(), page.server.requests, page.find('[data-kept]').childElementCount], [{}, [], 0]);
});

test('a copy from before another window saved is shown, and changes nothing by itself', async () => {
  const page = await start(scorecard({ version: 5, first: { reason: 'Saved since' }, second: { reason: 'Same' } }), {
    stored: copyOf({ passed_1: 'yes', score_1: '3', reason_1: 'Typed before', reason_2: 'Same' }),
  });
  assert.equal(page.find(REASON).value, 'Saved since');
  assert.equal(page.server.requests.length, 0);
  assert.match(page.text('[data-kept]'), /^Typed here at 10:15, and not saved/);
  assert.match(page.text('[data-kept]'), /1\. Need: Yes, 3Typed before/);
  assert.doesNotMatch(page.text('[data-kept]'), /Value for money/);
  assert.equal(page.copies().length, 1);
});

test('a copy that is put back is saved, and its note goes', async () => {
  const page = await start(scorecard({ version: 5, first: { reason: 'Saved since' } }), {
    stored: copyOf({ reason_1: 'Typed before' }),
    answers: [saved(6)],
  });
  page.button('Put this back').click();
  assert.equal(page.find(REASON).value, 'Typed before');
  assert.equal(page.document.activeElement, page.find(REASON));
  await move(PAUSE);
  assert.equal(page.server.requests[0].fields.reason_1, 'Typed before');
  assert.deepEqual([page.stored(), page.find('[data-kept]').childElementCount], [{}, 0]);
});

test('a copy that is discarded goes from the page and from the browser', async () => {
  const page = await start(scorecard({ version: 5, first: { reason: 'Saved since' } }), { stored: copyOf({ reason_1: 'Typed' }) });
  page.button('Discard this copy').click();
  assert.deepEqual([page.stored(), page.find('[data-kept]').childElementCount], [{}, 0]);
});

test('what the server could not take is saved as soon as the page is there', async () => {
  const page = await start(scorecard({ unsaved: true, first: { reason: 'Typed while signed out' } }), { answers: [saved(4)] });
  assert.equal(page.server.requests[0].fields.reason_1, 'Typed while signed out');
  assert.equal(page.text(STATUS), 'Draft saved 10:42');
});

test('a form that shows two versions saves neither by itself', async () => {
  const page = await start(scorecard({ unsaved: true, held: true, first: { reason: 'Mine' } }));
  page.type(REASON, 'Mine, changed');
  await move(PAUSE);
  page.happens('pagehide');
  assert.equal(page.server.requests.length, 0);
  assert.equal(page.copies()[0].fields.reason_1, 'Mine, changed');
});

test('once the scorecard is submitted, what was typed otherwise is shown to copy', async () => {
  const page = await start(submitted({ reason: 'Much need' }), { stored: copyOf({ passed_1: 'yes', score_1: '3', reason_1: 'Typed too late' }) });
  const words = page.find('[data-kept] textarea');
  assert.equal(words.readOnly, true);
  assert.equal(words.value, '1. Need: Yes, 3\nTyped too late');
  page.button('Discard this copy').click();
  assert.deepEqual([page.stored(), page.find('[data-kept]').childElementCount], [{}, 0]);
});

test('once the scorecard is submitted, a copy of it is thrown away', async () => {
  const page = await start(submitted({ reason: 'Much need' }), { stored: copyOf({ passed_1: 'yes', score_1: '3', reason_1: 'Much need' }) });
  assert.deepEqual([page.stored(), page.find('[data-kept]').childElementCount], [{}, 0]);
});

test('what the server shows as not taken is not shown twice', async () => {
  const page = await start(submitted({ reason: 'Much need', untaken: true }), { stored: copyOf({ reason_1: 'Typed too late' }) });
  assert.equal(page.find('[data-kept]').childElementCount, 0);
  assert.equal(page.copies().length, 1);
});

test('a submitted scorecard that can change sends nothing by itself, and offers what was typed otherwise', async () => {
  const stored = { ...copyOf({ reason_1: 'Typed before' }), ...copyOf({ reason_1: 'Much need' }, { key: 'same' }) };
  const body = scorecard({ first: { reason: 'Much need' } }).replace(' data-autosave>', '>');
  const page = await start(body, { stored });
  assert.match(page.text('[data-kept]'), /Typed before/);
  assert.equal(page.copies().length, 1);
  page.button('Put this back').click();
  assert.equal(page.find(REASON).value, 'Typed before');
  await move(RETRY);
  assert.equal(page.server.requests.length, 0);
});

test('a page without a scorecard is left alone', async () => {
  const page = await start('<p>Nothing to score</p>');
  assert.equal(page.text('p'), 'Nothing to score');
});
