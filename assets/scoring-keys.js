// Keyboard shortcuts of the scoring page. Each does what a button, a link or a field does as well.
//
// Single keys count only in the choices of a criterion. The chords are ones that Chromium, Firefox, JAWS, NVDA and
// Orca leave free: Alt with an arrow is a sentence to JAWS and a page of history to browsers, so it is not used.

const form = document.querySelector('[data-scoring]');

const choose = (criterion, name, value) => {
  const choice = criterion.querySelector(`input[type="radio"][name="${name}_${criterion.dataset.criterion}"][value="${value}"]`);
  if (!choice) return false;
  choice.focus();
  choice.click();
  return true;
};

const single = ({ key, target }) => {
  const criterion = target.type === 'radio' && target.closest('[data-criterion]');
  if (!criterion) return false;
  if (/^[0-4]$/.test(key)) return choose(criterion, 'score', key);
  const gate = { y: 'yes', n: 'no' }[key.toLowerCase()];
  return gate ? choose(criterion, 'passed', gate) : false;
};

// From outside the criteria, forward is the first of them and back the last.
const step = (by) => {
  const all = [...form.querySelectorAll('[data-criterion]')];
  const at = all.indexOf(document.activeElement.closest('[data-criterion]'));
  const to = at < 0 ? all.at(by > 0 ? 0 : -1) : all[at + by];
  (to?.querySelector('input:checked') ?? to?.querySelector('input, textarea'))?.focus();
  to?.scrollIntoView({ block: 'nearest' });
  return true;
};

const submit = ({ target }) => {
  // A link or a button that has the focus keeps its own meaning.
  if (target.closest('a, button, summary')) return false;
  form.requestSubmit(form.querySelector('button[value="submit"]'));
  return true;
};

const skip = () => {
  const next = document.querySelector('[data-next]');
  next?.click();
  return Boolean(next);
};

const keepNow = () => {
  form.dispatchEvent(new Event('keep-now'));
  return true;
};

const does = (event) => {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  // AltGr writes letters.
  if (event.isComposing || event.getModifierState('AltGraph')) return false;
  const command = (ctrlKey || metaKey) && !altKey && !shiftKey;
  const alt = altKey && !ctrlKey && !metaKey && !shiftKey;
  if (command && key === 'Enter') return submit(event);
  if (command && key.toLowerCase() === 's') return keepNow();
  if (alt && key === 'PageDown') return step(1);
  if (alt && key === 'PageUp') return step(-1);
  if (alt && key.toLowerCase() === 'n') return skip();
  return !ctrlKey && !metaKey && !altKey && single(event);
};

if (form) {
  document.querySelector('[data-keys]').hidden = false;
  document.addEventListener('keydown', (event) => {
    if (does(event)) event.preventDefault();
  });
}
