import * as texts from '#texts/upload';
import { CheckIcon } from '../icons.tsx';

/** What to know before a file is chosen. */
export function Rules({ maxMegabytes }: { maxMegabytes: number }) {
  return (
    <section class="before" aria-labelledby="reglas">
      <h2 id="reglas">{texts.rules}</h2>
      <ul>
        <li>
          <CheckIcon />
          <span data-only="out">
            {texts.account} <a href="/registrarse">{texts.toSignUp}</a> {texts.or}{' '}
            <a href="/entrar">{texts.toSignIn}</a>
            {texts.accountWhen}
          </span>
          <span data-only="in">{texts.ownAccount}</span>
        </li>
        {texts.ruleList(maxMegabytes).map((rule) => (
          <li key={rule}>
            <CheckIcon />
            <span>{rule}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
