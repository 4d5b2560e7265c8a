// Writing a section: its draft is kept and shown as it reads, and figures are put in at the cursor.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { answer, close, fault, move, noConnection, open, settle } from './page.mjs';

afterEach(close);

const PAUSE = 800;
const RETRY = 10_000;
const TEXT = '[name="text"]';
const STATUS = '[data-writing-status]';
const PREFIX = 'grants:typed:grace.hall:PCD-681-summary:';

// The page of a section, as `approvals/decisions/edit_section.html` draws it.
const section = ({ text = '', version = 2, draft = 'draft-1', unsaved = false } = {}) => `
  <div data-writing data-person="grace.hall" data-of="PCD-681-summary">
    <form method="post" action="/sections/summary/" data-writing-form${unsaved ? ' data-unsaved' : ''}>
      <input type="hidden" name="csrfmiddlewaretoken" value="token-of-page">
      <input type="hidden" name="version" value="${version}">
      <input type="hidden" name="draft" value="${draft}">
      <button type="submit" name="then" value="discard">Discard my draft</button>
      <div data-kept></div>
      <textarea name="text">\n${text}</textarea>
      <p role="status" data-writing-status>Nothing saved yet</p>
      <button type="submit" name="then" value="save">Save the section</button>
      <button type="submit" name="then" value="preview">Preview</button>
    </form>
    <section data-picks>
      <details><summary>Sums</summary><ul>
        <li data-pick>Allocation £4,782,000 <code data-reference="{allocation}">{allocation}</code></li>
        <li data-pick>Left <code data-reference="{left}">{left}</code> <code data-reference="{left|m}">{left|m}</code></li>
      </ul></details>
      <details><summary>Links</summary><ul>
        <li data-pick>Appendix 1 <code data-reference="{appendix 1}">{appendix 1}</code></li>
      </ul></details>
    </section>
    <div id="preview"><p>Before</p></div>
  </div>`;

const kept = (more = {}) => answer(200, { html: '<p>As it reads</p>', open: 0, draft: 'draft-2', kept: 'Draft saved 10:42', ...more });
const copyOf = (text, { version = '2', draft = 'draft-1', at = '2026-11-26T10:15:00Z' } = {}) => ({
  [`${PREFIX}earlier`]: JSON.stringify({ version, draft, at, fields: { text } }),
});

const start = async (body = section(), { answers = [], ...more } = {}) => {
  const page = open(body, more);
  page.server.answers.push(...answers);
  await page.run('writing.js');
  return page;
};

test('the draft is kept after a pause, and shown as it reads', async () => {
  const page = await start(section(), { answers: [kept()] });
  page.type(TEXT, 'We ask');
  assert.equal(page.text(STATUS), 'Draft not saved yet');
  await move(PAUSE - 1);
  assert.equal(page.server.requests.length, 0);
  assert.deepEqual(page.copies(), [
    { version: '2', draft: 'draft-1', at: '2026-11-26T10:42:00.000Z', fields: { text: 'We ask' } },
  ]);
  await move(1);
  const [{ method, headers, fields }] = page.server.requests;
  assert.deepEqual([method, headers], ['POST', { 'X-Autosave': 'stay' }]);
  assert.deepEqual(fields, { csrfmiddlewaretoken: 'token-of-cookie', version: '2', draft: 'draft-1', text: 'We ask', then: 'save' });
  assert.equal(new URL(page.server.requests[0].address).pathname, '/sections/summary/');
  assert.equal(page.text(STATUS), 'Draft saved 10:42.');
  assert.equal(page.text('#preview'), 'As it reads');
  assert.equal(page.find('[name="draft"]').value, 'draft-2');
  assert.deepEqual(page.copies(), []);
});

test('what is typed while a draft is on its way is kept after it, with its token', async () => {
  let arrive;
  const slow = () => new Promise((resolve) => { arrive = () => resolve(kept()()); });
  const page = await start(section(), { answers: [slow, kept({ draft: 'draft-3' })] });
  page.type(TEXT, 'We');
  await move(PAUSE);
  page.type(TEXT, 'We ask');
  await move(PAUSE);
  assert.equal(page.server.requests.length, 1);
  arrive();
  await settle();
  assert.deepEqual(page.server.requests.map(({ fields }) => [fields.draft, fields.text]), [['draft-1', 'We'], ['draft-2', 'We ask']]);
  assert.deepEqual(page.copies(), []);
});

test('the status counts what is unmatched, and says who saved meanwhile', async () => {
  const page = await start(section(), { answers: [kept({ open: 2, newer: 'Henry Ives saved this section on 26 November.' })] });
  page.type(TEXT, 'We ask');
  await move(PAUSE);
  assert.match(page.text(STATUS), /^Draft saved 10:42\. 2 unmatched\. Henry Ives saved this section on 26 November\./);
  page.button('See both versions').click();
  assert.deepEqual(page.sent.map(({ then, text }) => [then, text]), [['preview', 'We ask']]);
});

test('without a connection a copy stays, and it is tried again by itself', async () => {
  const page = await start(section(), { answers: [noConnection, kept()] });
  page.type(TEXT, 'We ask');
  await move(PAUSE);
  assert.equal(page.text(STATUS), 'Draft not saved: no connection. What you typed is kept on this computer. It is tried again by itself.');
  assert.equal(page.copies()[0].fields.text, 'We ask');
  assert.equal(page.text('#preview'), 'Before');
  await move(RETRY);
  assert.equal(page.text(STATUS), 'Draft saved 10:42.');
  assert.deepEqual(page.copies(), []);
});

test('it is tried again as soon as the connection is back', async () => {
  const page = await start(section(), { answers: [noConnection, kept()] });
  page.type(TEXT, 'We ask');
  await move(PAUSE);
  page.happens('online');
  await settle();
  assert.equal(page.text(STATUS), 'Draft saved 10:42.');
});

for (const [name, refusal, words] of [
  ['a fault', fault, 'Draft not saved: the service has a fault. What you typed is kept on this computer.'],
  ['an ended session', answer(401, {}), 'Draft not saved: you are signed out. What you typed is kept on this computer. Sign in in a new tab'],
  ['a form of somebody else', answer(403, { error: 'Another person typed this' }), 'Draft not saved: another person typed this. What you typed is kept on this computer. Sign in in a new tab'],
  ['a refusal', answer(409, { html: '<p>As it reads</p>', error: 'The paper is submitted' }), 'Draft not saved: The paper is submitted. What you typed is kept on this computer.'],
]) {
  test(`${name} is shown, and the copy stays`, async () => {
    const page = await start(section(), { answers: [refusal] });
    page.type(TEXT, 'We ask');
    await move(PAUSE);
    assert.equal(page.text(STATUS), words);
    assert.equal(page.copies()[0].fields.text, 'We ask');
  });
}

test('a section that is gone is not asked for again', async () => {
  const page = await start(section(), { answers: [() => new Response('', { status: 404 })] });
  page.type(TEXT, 'We ask');
  await move(PAUSE + RETRY);
  assert.equal(page.server.requests.length, 1);
  assert.equal(page.copies().length, 1);
});

test('what another window typed is not overwritten', async () => {
  const page = await start(section(), { answers: [answer(409, { standing: 'Typed elsewhere', draft: 'draft-9' })] });
  page.type(TEXT, 'We ask');
  await move(PAUSE);
  assert.match(page.text(STATUS), /^Draft not saved: you continued typing in another window\./);
  page.type(TEXT, 'We ask again');
  await move(PAUSE + RETRY);
  assert.equal(page.server.requests.length, 1);
  assert.deepEqual(page.copies().map(({ fields }) => fields.text), ['We ask again']);
});

test('"See both" sends what is typed by the browser itself', async () => {
  const page = await start(section(), { answers: [answer(409, { standing: 'Typed elsewhere', draft: 'draft-9' })] });
  page.type(TEXT, 'We ask');
  await move(PAUSE);
  page.button('See both').click();
  assert.deepEqual(page.sent.map(({ then, text, draft, csrfmiddlewaretoken }) => [then, text, draft, csrfmiddlewaretoken]), [
    ['preview', 'We ask', 'draft-1', 'token-of-cookie'],
  ]);
});

test('a draft whose answer got lost is no other window', async () => {
  const page = await start(section(), { answers: [noConnection, answer(409, { standing: 'We', draft: 'draft-2' }), kept({ draft: 'draft-3' })] });
  page.type(TEXT, 'We');
  await move(PAUSE);
  page.type(TEXT, 'We ask');
  await move(PAUSE);
  assert.deepEqual(page.server.requests.map(({ fields }) => [fields.draft, fields.text]), [
    ['draft-1', 'We'], ['draft-1', 'We ask'], ['draft-2', 'We ask'],
  ]);
  assert.equal(page.text(STATUS), 'Draft saved 10:42.');
});

test('saving sends by script and leads on', async () => {
  const page = await start(section(), { answers: [answer(200, { next: '/decisions/PCD-681/' })] });
  page.type(TEXT, 'We ask');
  page.button('Save the section').click();
  await settle();
  assert.equal(page.server.requests[0].headers['X-Autosave'], 'go');
  assert.deepEqual([page.left, page.sent, page.copies()], [['/decisions/PCD-681/'], [], []]);
});

test('saving without a connection leaves what was typed', async () => {
  const page = await start(section(), { answers: [noConnection] });
  page.type(TEXT, 'We ask');
  page.button('Save the section').click();
  await settle();
  assert.match(page.text(STATUS), /^Not saved: no connection\. What you typed is kept on this computer\./);
  assert.deepEqual([page.left, page.copies()[0].fields.text], [[], 'We ask']);
});

test('a section with errors is sent by the browser, so that the page shows them', async () => {
  const page = await start(section(), { answers: [() => new Response('<h1>Error</h1>', { headers: { 'content-type': 'text/html' } })] });
  page.type(TEXT, 'We ask');
  page.button('Save the section').click();
  await settle();
  assert.deepEqual(page.sent.map(({ then, text }) => [then, text]), [['save', 'We ask']]);
});

test('preview and discard go their usual way, and discard takes the copy with it', async () => {
  const page = await start();
  page.type(TEXT, 'We ask');
  page.button('Preview').click();
  assert.equal(page.copies().length, 1);
  page.button('Discard my draft').click();
  assert.deepEqual([page.sent.map(({ then }) => then), page.copies(), page.server.requests], [['preview', 'discard'], [], []]);
});

test('what an earlier page left is put back and kept', async () => {
  const page = await start(section({ text: 'Saved' }), { stored: copyOf('Typed before') });
  assert.equal(page.find(TEXT).value, 'Typed before');
  page.server.answers.push(kept());
  await move(PAUSE);
  assert.equal(page.server.requests[0].fields.text, 'Typed before');
  assert.deepEqual(page.stored(), {});
});

test('a copy of what is in the field is thrown away', async () => {
  const page = await start(section({ text: 'Saved' }), { stored: copyOf('Saved') });
  assert.deepEqual([page.stored(), page.find('[data-kept]').childElementCount], [{}, 0]);
});

for (const [name, older] of Object.entries({ 'the section was saved': { version: '1' }, 'another window typed on': { draft: 'draft-0' } })) {
  test(`a copy from before ${name} is offered, and changes nothing by itself`, async () => {
    const page = await start(section({ text: 'Newer' }), { stored: copyOf('<b>Typed</b> before', older) });
    assert.equal(page.find(TEXT).value, 'Newer');
    assert.equal(page.text('[data-kept] h2'), 'Typed here, 10:15, and not kept');
    assert.equal(page.text('[data-kept] .app-typed'), '<b>Typed</b> before');
    page.button('Put this back').click();
    assert.equal(page.find(TEXT).value, '<b>Typed</b> before');
    page.button('Discard this copy').click();
    assert.equal(page.find('[data-kept]').childElementCount, 0);
    assert.equal(page.stored()[`${PREFIX}earlier`], undefined);
  });
}

test('what the server could not take is kept as soon as the page is there', async () => {
  const page = await start(section({ unsaved: true, text: 'Typed while signed out' }), { answers: [kept()] });
  assert.equal(page.server.requests[0].fields.text, 'Typed while signed out');
  assert.equal(page.text(STATUS), 'Draft saved 10:42.');
});

test('a page that the browser had put away is loaded anew', async () => {
  const page = await start();
  page.happens('pageshow', { persisted: false });
  assert.deepEqual(page.left, []);
  page.happens('pageshow', { persisted: true });
  assert.deepEqual(page.left, ['reload']);
});

test('a figure is put in at the cursor in place of what is marked', async () => {
  const page = await start(section({ text: 'We ask for X in all' }));
  const field = page.find(TEXT);
  field.setSelectionRange(11, 12);
  const put = page.find('[aria-label="Put in {left|m}"]');
  assert.equal(put.previousElementSibling.textContent, '{left|m}');
  put.click();
  assert.equal(field.value, 'We ask for {left|m} in all');
  assert.deepEqual([field.selectionStart, field.selectionEnd], [19, 19]);
  assert.equal(page.document.activeElement, field);
  assert.equal(page.text(STATUS), 'Draft not saved yet');
});

test('figures are found by their words, and their groups open', async () => {
  const page = await start();
  assert.equal(page.find('label[for="find-figure"]').textContent, 'Find a figure');
  const shown = () => page.all('[data-pick]').filter((each) => !each.hidden).map((each) => each.firstChild.textContent.trim());
  const groups = () => page.all('details').map(({ hidden, open }) => [hidden, open]);
  page.type('#find-figure', ' ALLOC  4,782 ');
  assert.deepEqual(shown(), ['Allocation £4,782,000']);
  assert.deepEqual(groups(), [[false, true], [true, false]]);
  page.type('#find-figure', 'nothing like it');
  assert.deepEqual([shown(), groups()], [[], [[true, false], [true, false]]]);
  page.type('#find-figure', '');
  assert.equal(shown().length, 3);
  assert.deepEqual(groups(), [[false, false], [false, false]]);
});

test('searching for a figure is no typing in the section', async () => {
  const page = await start();
  page.type('#find-figure', 'left');
  await move(PAUSE);
  assert.deepEqual([page.server.requests, page.copies()], [[], []]);
});
