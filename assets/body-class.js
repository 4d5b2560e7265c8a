// Runs before the page is drawn, so that nothing jumps: GOV.UK Frontend styles its script-driven parts by these classes.
document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
}
