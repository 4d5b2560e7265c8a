// What was typed and is not known to be saved, kept in this browser under the name of who typed it.
// Each open page keeps under a key of its own, so that two windows never write over each other.

const PREFIX = 'grants:typed:';
const OURS = ['csrfmiddlewaretoken', 'typed_by', 'version', 'then'];

const tidy = (value) => String(value ?? '').replaceAll('\r\n', '\n').trim();

const tidied = (pairs) =>
  Object.fromEntries(
    pairs.filter(([name]) => !OURS.includes(name)).map(([name, value]) => [name, tidy(value)]).filter(([, value]) => value),
  );

// What stands in the form now, as the server would save it.
export const typedIn = (form) => tidied([...new FormData(form)]);

// What the server drew in the form, whatever the browser or the person put there since.
export const drawnIn = (form) =>
  tidied(
    [...form.elements]
      .filter((field) => field.name && (field.type === 'radio' ? field.defaultChecked : field.type === 'textarea'))
      .map((field) => [field.name, field.type === 'radio' ? field.value : field.defaultValue]),
  );

// What a page without a form says is saved.
export const shownOn = (card) =>
  tidied(
    [...card.querySelectorAll('[data-criterion]')].flatMap(({ dataset, children }) => [
      [`passed_${dataset.criterion}`, dataset.passed],
      [`score_${dataset.criterion}`, dataset.score],
      [`reason_${dataset.criterion}`, [...children].find((each) => 'reason' in each.dataset)?.textContent],
    ]),
  );

const numbersOf = (...answers) =>
  [...new Set(answers.flatMap((each) => Object.keys(each)).map((name) => Number(name.split('_').at(-1))))].sort(
    (one, other) => one - other,
  );

const namesOf = (number) => ['passed', 'score', 'reason'].map((kind) => `${kind}_${number}`);

// The numbers of the criteria on which two sets of answers differ.
export const differing = (one, other) =>
  numbersOf(one, other).filter((number) => namesOf(number).some((name) => tidy(one[name]) !== tidy(other[name])));

export const same = (one, other) => Boolean(one && other) && differing(one, other).length === 0;

// One criterion's mark in words and its reason.
export const answerOn = (number, answers) => {
  const [passed, score, reason] = namesOf(number).map((name) => answers[name] ?? '');
  return { mark: [{ yes: 'Yes', no: 'No' }[passed], score].filter(Boolean).join(', '), reason };
};

// The same as one line of words, such as "6. Value for money: Yes, 3".
export const headed = (label, mark) => (mark ? `${label}: ${mark}` : label);

export const asText = (answers, label) =>
  numbersOf(answers)
    .map((number) => ({ number, ...answerOn(number, answers) }))
    .map(({ number, mark, reason }) => `${headed(label(number), mark)}\n${reason}`.trim())
    .join('\n\n');

// Put the answers to one criterion into the form's fields.
export const putInto = (form, number, answers) => {
  for (const name of namesOf(number)) {
    for (const field of form.querySelectorAll(`[name="${name}"]`)) {
      if (field.type === 'radio') field.checked = field.value === answers[name];
      else field.value = answers[name] ?? '';
    }
  }
};

// The copies that one person's pages of one bid left behind, the newest first, and a place for this page's own.
export const shelf = (person, bid) => {
  const ours = `${PREFIX}${encodeURIComponent(person)}:${bid}:`;
  const own = ours + Date.now().toString(36) + Math.random().toString(36).slice(2);
  let works = true;

  const attempt = (action) => {
    try {
      return action();
    } catch {
      // Storage is forbidden or full. The fields themselves still hold what was typed.
      works = false;
      return undefined;
    }
  };
  const read = (key) => {
    try {
      return { ...JSON.parse(localStorage.getItem(key)), key };
    } catch {
      return { key };
    }
  };

  return {
    get works() {
      return works;
    },
    keep: (copy) =>
      attempt(() => {
        localStorage.setItem(own, JSON.stringify(copy));
        works = true;
      }),
    drop: (key = own) => attempt(() => localStorage.removeItem(key)),
    left: () =>
      (attempt(() => Object.keys(localStorage)) ?? [])
        .filter((key) => key.startsWith(ours) && key !== own)
        .map(read)
        .filter((copy) => copy.fields)
        .sort((one, other) => String(other.at).localeCompare(String(one.at))),
  };
};

// Drop the copies of a form that the server has taken: `ticket` is the end of the form's own.
export const dropSaved = (ticket) => {
  try {
    for (const key of Object.keys(localStorage).filter((each) => each.startsWith(PREFIX))) {
      if (JSON.parse(localStorage.getItem(key)).ticket === ticket) localStorage.removeItem(key);
    }
  } catch {
    // Storage is forbidden: there is no copy.
  }
};
