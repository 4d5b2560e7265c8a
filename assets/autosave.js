// Saves a scorecard as a draft while it is typed. Without this script the button "Keep as a draft" does the same.
const form = document.querySelector('[data-autosave]');
const status = document.querySelector('[data-autosave-status]');

if (form && status) {
  let timer;
  let running = Promise.resolve();

  const save = async () => {
    const data = new FormData(form);
    data.set('then', 'draft');
    try {
      const response = await fetch(form.action || window.location.href, {
        method: 'POST',
        body: data,
        headers: { 'X-Autosave': '1' },
        redirect: 'manual',
      });
      if (response.ok) {
        const answer = await response.json();
        form.elements.version.value = answer.version;
        status.textContent = answer.saved;
      } else if (response.status === 409) {
        const answer = await response.json();
        status.textContent = `Not saved: ${answer.error}`;
      } else {
        status.textContent = 'Not saved: you are signed out. Sign in in another window, then go on typing here.';
      }
    } catch {
      status.textContent = 'Not saved: no connection. Go on; it is tried again at your next change.';
    }
  };

  form.addEventListener('input', () => {
    status.textContent = 'Not saved yet';
    clearTimeout(timer);
    // One save at a time, so that each carries the version that the one before it was given.
    timer = setTimeout(() => {
      running = running.then(save);
    }, 800);
  });

  form.addEventListener('submit', () => clearTimeout(timer));
}
