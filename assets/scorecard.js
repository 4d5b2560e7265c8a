// What a member is spared on the scoring page. Each of it can be done without this script.

const form = document.querySelector('[data-scoring]');

// The height of the bar at the bottom of the window, so that nothing that has the focus comes to stand under it.
const followHeight = (bar) => {
  const keep = () => document.documentElement.style.setProperty('--app-submit-bar', `${Math.ceil(bar.getBoundingClientRect().height)}px`);
  keep();
  new ResizeObserver(keep).observe(bar);
};

const isAnswered = (criterion) =>
  [...criterion.querySelectorAll('[role="radiogroup"]')].every((group) => group.querySelector('input:checked'));

// After a click of the mouse on a choice, the cursor is in the empty reason of the criterion. A choice by keyboard or by
// touch leaves the focus where it is: arrows go through the choices, and a finger would bring up the keys of a phone.
const goOnToReason = ({ target, pointerType }) => {
  const criterion = pointerType === 'mouse' && target.closest('[role="radiogroup"]') && target.closest('[data-criterion]');
  const reason = criterion && criterion.querySelector('textarea');
  // A label passes its click on to its choice first.
  if (reason && !reason.value) setTimeout(() => { if (isAnswered(criterion)) reason.focus(); });
};

const grow = (area) => {
  area.style.height = 'auto';
  area.style.height = `${area.scrollHeight + 4}px`;
};

const bar = document.querySelector('.app-submit-bar');
if (bar) followHeight(bar);

if (form) {
  form.addEventListener('click', goOnToReason);
  document.querySelector('[data-click-hint]').hidden = false;
  if (!CSS.supports('field-sizing', 'content')) {
    for (const area of form.querySelectorAll('textarea')) {
      grow(area);
      area.addEventListener('input', () => grow(area));
    }
  }
}

const fold = document.querySelector('.app-fold');
if (fold && !CSS.supports('selector(::details-content)')) fold.open = matchMedia('(min-width: 641px)').matches;
