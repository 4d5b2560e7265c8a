// Says what is going on after a form was sent whose answer takes seconds. Without it the browser shows that it waits.
for (const form of document.querySelectorAll('form[data-waiting]')) {
  const status = document.querySelector('[data-waiting-status]');

  form.addEventListener('submit', () => {
    const bar = document.createElement('progress');
    bar.className = 'app-waiting';
    bar.setAttribute('aria-label', form.dataset.waiting);
    const text = document.createElement('p');
    text.className = 'govuk-body';
    text.textContent = form.dataset.waiting;
    status.replaceChildren(text, bar);
  });
  // The browser may keep the page as it was and show it again when somebody goes back.
  window.addEventListener('pageshow', () => status.replaceChildren());
}
