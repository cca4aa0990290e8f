const LINKS = 'a[href="/entrar"], a[href="/registrarse"]';
/** Whoever comes from these goes on to the panel. */
const ON_THE_WAY = /^\/(|entrar|registrarse|verificar|olvide|restablecer)$/;

/** Whoever signs in by a link of this page comes back to it. */
export function leadBack(): void {
  if (ON_THE_WAY.test(location.pathname)) return;
  document.addEventListener('click', ({ target }) => {
    const link = target instanceof Element && target.closest<HTMLAnchorElement>(LINKS);
    if (link) link.search = `?${new URLSearchParams({ destino: location.pathname + location.search })}`;
  });
}
