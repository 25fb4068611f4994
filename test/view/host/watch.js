// Runs in every frame before anything else of it does, and notes what a view must not do and when it is ready.
(() => {
  const now = () => performance.timeOrigin + performance.now();
  window.watched = { violations: [], ready: undefined };
  window.addEventListener("securitypolicyviolation", (e) => {
    window.watched.violations.push(`${e.effectiveDirective} ${e.blockedURI} ${e.sample}`);
  });
  // From the host's notice to the first frame that the browser makes after the view has said that it is ready.
  const observer = new MutationObserver(() => {
    if (document.body?.dataset.ready !== "1" || window.watched.ready) return;
    window.watched.said = now();
    window.watched.rows = document.querySelectorAll("#people [data-row]").length;
    requestAnimationFrame(() => setTimeout(() => (window.watched.ready = now())));
  });
  observer.observe(document, { attributes: true, attributeFilter: ["data-ready"], subtree: true });
})();
