import { failureReason } from '@anb/service-kit/failure-reason';
import { CODE_MINUTES } from './mail-secrets.ts';
import type { MailKind, QueuedMail } from './store/mails.ts';

export interface MailText {
  subject: string;
  text: string;
}

interface Facts {
  /** May be empty. */
  first_name: string;
  /** Of the whole system. */
  publicUrl: string;
  detail: NonNullable<QueuedMail['detail']>;
  /** The code or the link that the mail is for. */
  secret: string;
}

const quoted = (title: string | undefined) => (title ? ` «${title}»` : '');
const FAREWELL = 'Nos vemos en la cancha,\nANB Rising Stars';

const texts: Record<MailKind, (facts: Facts) => { subject: string; body: string[] }> = {
  verify_email: ({ secret }) => ({
    subject: 'Tu código de verificación',
    body: [
      'Te damos la bienvenida a ANB Rising Stars. Con este código confirmas que este correo es tuyo:',
      `    ${secret}`,
      `Escríbelo en el sitio. Vale durante ${CODE_MINUTES} minutos y una sola vez; si se vence, pide otro allí mismo.`,
      'Si no creaste una cuenta, no hagas nada: sin el código, nadie puede confirmar tu correo.',
    ],
  }),
  reset_password: ({ secret }) => ({
    subject: 'Crea una contraseña nueva',
    body: [
      'Alguien, seguramente tú, pidió cambiar la contraseña de tu cuenta. Para crear una nueva, abre este enlace:',
      secret,
      'Vale durante una hora y una sola vez.',
      'Si no fuiste tú, no hagas nada: tu contraseña sigue siendo la misma.',
    ],
  }),
  password_changed: ({ publicUrl }) => ({
    subject: 'Tu contraseña cambió',
    body: [
      'La contraseña de tu cuenta acaba de cambiar y cerramos las demás sesiones.',
      'Si fuiste tú, no tienes que hacer nada.',
      `Si no fuiste tú, pide ya mismo una contraseña nueva con «Olvidé mi contraseña» en ${publicUrl}`,
    ],
  }),
  clip_ready: ({ detail, publicUrl }) => ({
    subject: 'Tu video está listo',
    body: [
      `Tu video${quoted(detail.title)} está listo.`,
      `Míralo en ${publicUrl}. Si es público, podrán votar por él en cuanto esté abierto a votación; si es privado, publícalo cuando quieras.`,
    ],
  }),
  clip_failed: ({ detail, publicUrl }) => ({
    subject: 'No pudimos procesar tu video',
    body: [
      `No pudimos procesar tu video${quoted(detail.title)}.`,
      failureReason(detail.failure_code ?? ''),
      `Puedes intentarlo de nuevo en ${publicUrl}`,
    ],
  }),
  account_deleted: ({ publicUrl }) => ({
    subject: 'Tu cuenta fue eliminada',
    body: [
      'Eliminamos tu cuenta, tus datos y tus videos, como lo pediste.',
      `Lo poco que se queda, ya sin tu nombre, y cómo escribirnos están en ${publicUrl}/privacidad`,
      'Si no fuiste tú, escríbenos: la cuenta ya no se puede recuperar, pero queremos saberlo.',
    ],
  }),
};

/** Plain text, in Spanish, as the player reads it. */
export function writeMail(kind: MailKind, facts: Facts): MailText {
  const { subject, body } = texts[kind](facts);
  return {
    subject: `${subject} · ANB Rising Stars`,
    text: `${[facts.first_name ? `Hola, ${facts.first_name}:` : 'Hola:', ...body, FAREWELL].join('\n\n')}\n`,
  };
}
