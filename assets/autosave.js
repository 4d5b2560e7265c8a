// Saves a scorecard as a draft while it is typed, and loses nothing where it cannot: what is typed is kept in this
// browser until the server has confirmed that very content. Without this script the buttons of the form do the same
// as ever, and the server keeps what it could not take.

import { differing, drawnIn, putInto, same, shelf, shownOn, typedIn } from './kept.js';
import { offer, show, timeOf } from './kept-notes.js';

const PAUSE = 800;
const RETRY = 10_000;
const PATIENCE = 20_000;
// A page that is left may send 64 KiB behind itself.
const LAST_WORDS = 60_000;
const MOST_UNANSWERED = 5;

const card = document.querySelector('[data-scorecard]');
const form = card?.querySelector('[data-autosave]');

// The token changes with each sign-in, in whichever window; its cookie always has the one that holds.
const token = () => /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? form.elements.csrfmiddlewaretoken.value;

const follow = (form, status, copies) => {
  const version = form.elements.version;
  let confirmed = 'unsaved' in form.dataset ? null : drawnIn(form);
  let held = 'held' in form.dataset;
  // Contents that were sent and that no answer came to: the server may have them or not.
  let unanswered = [];
  let standing = status.textContent;
  let unsubmitted = '';
  let putBack = '';
  let offered = [];
  let running = Promise.resolve();
  let native = false;
  let leaving = false;
  let timer;
  let again;

  const dirty = () => !same(confirmed, typedIn(form));
  const kept = () => (copies.works ? 'What you typed is kept on this computer.' : 'Leave this page open to keep what you typed.');

  const keep = () => {
    const fields = typedIn(form);
    copies.keep({ version: version.value, at: new Date().toISOString(), fields, sent: unanswered });
  };

  const say = (words, more) => {
    const text = putBack + words;
    if (status.textContent === text && !more) return;
    status.textContent = text;
    if (more) status.append(' ', more);
  };

  const body = (then) => {
    const data = new FormData(form);
    data.set('then', then);
    data.set('csrfmiddlewaretoken', token());
    return data;
  };

  // One answer of the server, as { status, ...what it said }; status 0 where none came.
  const send = async (then, how) => {
    const fields = typedIn(form);
    unanswered = [...unanswered, fields].slice(-MOST_UNANSWERED);
    keep();
    try {
      const response = await fetch(window.location.href, {
        method: 'POST',
        body: body(then),
        headers: { 'X-Autosave': how },
        redirect: 'manual',
        signal: AbortSignal.timeout(PATIENCE),
      });
      const json = response.headers.get('content-type')?.includes('json');
      const reply = json ? await response.json() : {};
      if (response.status !== 200 && !reply.standing) unanswered = unanswered.filter((each) => each !== fields);
      return { status: response.status || 500, fields, ...reply };
    } catch {
      return { status: 0, fields };
    }
  };

  const confirm = (fields) => {
    confirmed = fields;
    unanswered = [];
    if (dirty()) keep();
    else copies.drop();
    form.querySelector('[data-typed-note]')?.remove();
    offered = offered.filter(({ copy, note }) => {
      const open = differing(copy.fields, copy.against).some((number) => differing(copy.fields, fields).includes(number));
      if (!open) {
        note.remove();
        copies.drop(copy.key);
      }
      return open;
    });
  };

  const link = (words, to) => {
    const made = document.createElement('a');
    Object.assign(made, { href: to, target: '_blank', rel: 'noopener', className: 'govuk-link', textContent: words });
    return made;
  };

  const compare = () => {
    const made = document.createElement('button');
    Object.assign(made, { type: 'button', className: 'app-link-button', textContent: 'See both versions' });
    made.addEventListener('click', () => sendNatively('draft'));
    return made;
  };

  const explain = (answer, what = 'Not saved') => {
    const signIn = () => link('Sign in in a new tab', '/sign-in/?next=/signed-in/');
    const { status: code, error } = answer;
    if (code === 0) say(`${what}: no connection. ${kept()} It is saved by itself once there is one.`);
    else if (code === 401) say(`${what}: you are signed out. ${kept()} Saving goes on once you have signed in.`, signIn());
    else if (code === 403 && error) say(`${what}: ${error.charAt(0).toLowerCase()}${error.slice(1)}. ${kept()}`, signIn());
    else if (code === 403 || code === 404) say(`${what}: this bid is no longer yours to score. ${kept()} Copy it if you need it.`);
    else if (code === 409 && answer.standing) say(`${what}: this scorecard was saved in another window. ${kept()}`, compare());
    else if (code === 409) say(`${what}: ${error}`);
    else say(`${what}: the service has a fault. ${kept()} It is tried again by itself.`);
  };

  // Whether what stands saved is what we sent ourselves, and only the answer got lost.
  const isOurs = (answer) => answer.standing && unanswered.some((each) => same(each, answer.standing));

  const retryLater = (answer) => {
    const final = [404, 409].includes(answer.status) || (answer.status === 403 && !answer.error);
    if (final) return;
    clearTimeout(again);
    again = setTimeout(soon, RETRY);
  };

  const save = async () => {
    if (leaving || held) return;
    if (!dirty()) {
      copies.drop();
      say(standing + unsubmitted);
      return;
    }
    const answer = await send('draft', 'stay');
    if (answer.status === 200) {
      version.value = answer.version;
      confirm(answer.fields);
      standing = answer.saved;
      say(standing + unsubmitted);
      putBack = '';
    } else if (isOurs(answer)) {
      version.value = answer.version;
      confirm(answer.standing);
      standing = answer.saved;
      await save();
    } else {
      if (answer.standing) held = true;
      explain(answer);
      retryLater(answer);
    }
  };

  // One sending at a time, so that each carries the version that the one before it was given.
  const soon = () => {
    clearTimeout(timer);
    running = running.then(save);
    return running;
  };

  const sendNatively = (then) => {
    native = true;
    form.elements.csrfmiddlewaretoken.value = token();
    form.requestSubmit(form.querySelector(`button[name="then"][value="${then}"]`));
  };

  // Sends by script, so that a lost connection does not put an error page in place of what was typed.
  const go = async (then) => {
    const what = then === 'submit' ? 'Not submitted' : 'Not saved';
    say('Sending …');
    const answer = await send(then, 'go');
    if (answer.status === 200) {
      leaving = true;
      if (same(answer.fields, typedIn(form))) copies.drop();
      window.location.assign(answer.next);
    } else if (!held && isOurs(answer)) {
      version.value = answer.version;
      confirm(answer.standing);
      await go(then);
    } else if (answer.status === 409) {
      sendNatively(then);
    } else {
      if (then === 'submit') unsubmitted = '. Not submitted yet: submit again.';
      explain(answer, what);
      if (dirty()) retryLater(answer);
    }
  };

  form.addEventListener('input', () => {
    keep();
    say(held ? 'Not saved yet. Save or submit to put this in place of what is saved.' : 'Not saved yet');
    clearTimeout(timer);
    timer = setTimeout(soon, PAUSE);
  });
  form.addEventListener('keep-now', () => {
    if (dirty()) soon();
    else say(`${standing}. Nothing changed since.${unsubmitted}`);
  });
  form.addEventListener('submit', (event) => {
    clearTimeout(timer);
    if (native) {
      leaving = true;
      return;
    }
    event.preventDefault();
    const then = event.submitter?.value ?? 'draft';
    running = running.then(() => go(then));
  });
  for (const [target, event] of [[window, 'online'], [window, 'focus'], [document, 'visibilitychange']]) {
    target.addEventListener(event, () => soon());
  }
  window.addEventListener('pagehide', () => {
    if (leaving || held || !dirty()) return;
    const fields = typedIn(form);
    unanswered = [...unanswered, fields].slice(-MOST_UNANSWERED);
    keep();
    if (JSON.stringify(fields).length * 3 > LAST_WORDS) return;
    fetch(window.location.href, {
      method: 'POST', body: body('draft'), headers: { 'X-Autosave': 'stay' }, redirect: 'manual', keepalive: true,
    }).catch(() => {});
  });
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) window.location.reload();
  });

  // What earlier pages left: known to be saved, to be put back, or to be shown.
  const drawn = drawnIn(form);
  let taken = false;
  for (const copy of copies.left()) {
    const current = copy.version === version.value || copy.sent?.some((each) => same(each, drawn));
    if (same(copy.fields, drawn)) {
      if (!confirmed) keep();
      copies.drop(copy.key);
    } else if (current && !taken && !held) {
      taken = true;
      for (const number of differing(copy.fields, drawn)) putInto(form, number, copy.fields);
      keep();
      copies.drop(copy.key);
      putBack = `Put back what you typed at ${timeOf(copy.at)}. `;
      say('Saving …');
    } else {
      copy.against = drawn;
      offered.push({ copy, note: offer(card, form, copy, { discard: () => copies.drop(copy.key) }) });
    }
  }
  if (dirty()) {
    keep();
    soon();
  }
};

if (card) {
  const copies = shelf(card.dataset.person, card.dataset.bid);
  const changed = card.querySelector('form[data-scoring]');
  if (form) follow(form, card.querySelector('[data-autosave-status]'), copies);
  else if (changed) {
    // A submitted scorecard is changed by its own button alone; typed.js keeps what is typed until then.
    const against = drawnIn(changed);
    for (const copy of copies.left()) {
      const discard = () => copies.drop(copy.key);
      if (same(copy.fields, against)) discard();
      else offer(card, changed, { ...copy, against }, { discard });
    }
  } else {
    const saved = shownOn(card);
    for (const copy of copies.left()) {
      if (same(copy.fields, saved)) copies.drop(copy.key);
      else if (!card.querySelector('[data-untaken]')) show(card, copy, { discard: () => copies.drop(copy.key) });
    }
  }
}
