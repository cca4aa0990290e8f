import * as texts from '#texts/legal';
import * as privacy from '#texts/privacy';
import * as terms from '#texts/terms';
import { formatDay } from '../format.ts';
import type { Page } from '../page.ts';

/** @param contact the organisation's e-mail address */
export const termsPage = (contact: string | undefined): Page => legalPage('/terminos', terms, contact);
export const privacyPage = (contact: string | undefined): Page => legalPage('/privacidad', privacy, contact);

interface LegalText {
  title: string;
  description: string;
  lead: string;
  sections: readonly texts.Section[];
}

const legalPage = (path: string, text: LegalText, contact: string | undefined): Page => ({
  title: text.title,
  description: text.description,
  canonical: path,
  body: (
    <article class="stack-wide legal">
      <div class="page-head">
        <h1>{text.title}</h1>
        <p>{text.lead}</p>
        <p class="soft small">{texts.since(formatDay(texts.inForceSince))}</p>
      </div>
      {text.sections.map((section) => (
        <LegalSection key={section.title} {...section} contact={contact} />
      ))}
    </article>
  ),
});

interface LegalSectionProps extends texts.Section {
  contact: string | undefined;
}

function LegalSection({ title, paragraphs = [], list = [], isContact, contact }: LegalSectionProps) {
  return (
    <section>
      <h2>{title}</h2>
      {paragraphs.map((paragraph) => (
        <p key={paragraph}>{paragraph}</p>
      ))}
      {list.length > 0 && (
        <ul class="bullets">
          {list.map((item) => (
            <li key={item}>{item}</li>
          ))}
        </ul>
      )}
      {isContact && <Contact address={contact} />}
    </section>
  );
}

const Contact = ({ address }: { address: string | undefined }) =>
  address ? (
    <p>
      {texts.contact} <a href={`mailto:${address}`}>{address}</a>.
    </p>
  ) : (
    <p>{texts.noContact}</p>
  );
