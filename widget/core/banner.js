// The friend's banner: laid over the page, so that it shifts nothing, and closed for good by its
// button or by Escape.

export const banner = (mount) => {
  let close;

  // `remember` is called when the visitor closes it.
  const open = (remember) => {
    if (close) return;
    const host = document.createElement('honeyguide-banner');
    const root = host.attachShadow({ mode: 'open' });
    const forget = mount('banner', root);
    const dismiss = () => {
      close?.();
      remember();
    };
    const escape = (event) => {
      if (event.key === 'Escape' && !event.defaultPrevented) dismiss();
    };
    root.addEventListener('click', (event) => {
      if (event.target.closest('[data-act=dismiss]')) dismiss();
    });
    document.addEventListener('keydown', escape);
    document.body.append(host);
    close = () => {
      close = undefined;
      document.removeEventListener('keydown', escape);
      host.remove();
      forget();
    };
  };

  return { open, close: () => close?.() };
};
