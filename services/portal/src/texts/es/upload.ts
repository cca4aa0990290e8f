import type { ContestState } from '../../contest-state.ts';
import { formatBytes, formatDuration, formatNumber, formatPercent } from '../../format.ts';

export const title = 'Sube tu video';
export const description =
  'Sube tu mejor jugada desde el celular: si se corta la conexión, la subida sigue donde iba.';
export const lead = 'Muestra lo mejor que tienes. Lo demás corre por nuestra cuenta.';

const notAnyMore = 'Los videos que subas ahora ya no reciben votos.';
/** What it is at, for who uploads. */
export const votesWhen = {
  soon: 'Tu video te espera listo.',
  counting: notAnyMore,
  final: notAnyMore,
};

export const rules = 'Antes de elegir';
/** For who is not signed in: words and links in turn. */
export const account = 'Necesitas una cuenta:';
export const toSignUp = 'créala gratis';
export const or = 'o';
export const toSignIn = 'entra';
export const accountWhen = ', ahora o al enviar.';
export const ownAccount = 'Queda en tu cuenta. En tu panel ves cómo va.';
export const ruleList = (maxMegabytes: number) => [
  `Video MP4 o MOV de hasta ${formatNumber(maxMegabytes)} MB.`,
  'El clip del torneo usa los primeros 30 segundos, sin sonido: pon ahí tu mejor jugada.',
  'Horizontal o vertical, hasta 8K. Como grabe tu celular está bien.',
  'Si se va la señal o cierras la página, después sigues donde ibas.',
];

export const file = 'Tu video';
export const choose = 'Elegir video';
export const record = 'Grabar ahora';
export const drop = 'o arrástralo hasta aquí';
export const dropNow = '¡Suéltalo!';
export const chooseOther = 'Elegir otro';
export const preview = 'Vista previa de tu video';
export const noPreview = 'Tu navegador no puede mostrar este formato, pero sí lo puedes subir.';
export const fileFacts = (bytes: number, seconds: number | undefined) =>
  seconds === undefined ? formatBytes(bytes) : `${formatBytes(bytes)} · ${formatDuration(seconds)}`;
export const longClip = (seconds: number) =>
  `Dura ${formatDuration(seconds)}. En el clip del torneo salen los primeros 30 segundos.`;
export const fileProblems = {
  missing: 'Elige el video que quieres subir.',
  empty: 'Ese archivo está vacío. Elige otro.',
  not_a_video: 'Ese archivo no es un video MP4 o MOV. Elige otro.',
  unreadable: 'No pudimos leer ese archivo. Elígelo otra vez.',
  too_short: 'El video dura menos de medio segundo. Elige uno más largo.',
  several: 'Solo un video a la vez.',
};
export const tooLarge = (bytes: number, maxMegabytes: number) =>
  `Pesa ${formatBytes(bytes)} y el máximo son ${formatNumber(maxMegabytes)} MB. Recórtalo o grábalo en menor resolución.`;

export const name = 'Título';
export const nameHint = 'Entre 5 y 100 letras. Por ejemplo: Triple desde la esquina.';
export const nameCount = (letters: number) => `${formatNumber(letters)} de 100`;
export const nameProblem = 'El título lleva entre 5 y 100 letras.';
export const visibility = '¿Quién lo ve?';
export const everyone = 'Público';
const seen = 'Cualquiera puede verlo apenas esté listo';
export const everyoneHint: Readonly<Record<ContestState, string>> = {
  soon: `${seen}, y votar cuando abra la votación.`,
  open: 'Entra a la votación apenas esté listo. Cualquiera puede verlo y votar.',
  counting: `${seen}.`,
  final: `${seen}.`,
};
export const onlyMe = 'Privado';
export const onlyMeHint = 'Solo tú lo ves. Lo publicas cuando quieras.';
export const submit = 'Subir video';
export const starting = 'Comenzando…';

export const unfinishedUnknown = 'No pudimos ver tus subidas a medias.';
export const unfinished = 'Subidas a medias';
export const unfinishedHint = 'Elige otra vez el mismo archivo y seguimos con lo que falta.';
export const arrived = (share: number, bytes: number) =>
  `${formatPercent(share)} de ${formatBytes(bytes)} ya llegó`;
export const goOn = 'Continuar';
export const discard = 'Descartar';
export const otherFile = (filename: string, bytes: number) =>
  `Ese es otro archivo. El que empezaste se llama ${filename} y pesa ${formatBytes(bytes)}.`;

export const sending = 'Subiendo';
export const paused = 'En pausa';
export const joining = 'Armando el video';
export const waiting = 'Sin conexión: seguimos solos apenas vuelva';
export const broken = 'La subida se detuvo';
export const goesOnLater = 'Lo que ya llegó está a salvo.';
export const keepOpen =
  'Deja esta página abierta y la pantalla encendida hasta que termine. Si se cierra, sigues después.';
export const pause = 'Pausar';
export const cancel = 'Cancelar';
export const confirmCancel = {
  question: '¿Cancelar la subida?',
  yes: 'Sí, cancelar',
  no: 'No, seguir',
} as const;
export const confirmDiscard = {
  question: '¿Descartar esta subida?',
  yes: 'Sí, descartar',
  no: 'No, guardarla',
} as const;
export const cancelText = 'Lo que ya llegó se borra. Para volver a subirlo empiezas desde cero.';
export const sent = (bytes: number, total: number) => `${formatBytes(bytes)} de ${formatBytes(total)}`;
export const speed = (bytesPerSecond: number) =>
  bytesPerSecond < 1e6
    ? `${formatNumber(Math.round(bytesPerSecond / 1e3))} kB por segundo`
    : `${formatBytes(bytesPerSecond)} por segundo`;
export function timeLeft(seconds: number): string {
  if (seconds < 10) return 'quedan pocos segundos';
  if (seconds < 90) return `quedan unos ${Math.ceil(seconds / 10) * 10} segundos`;
  if (seconds < 5400) return `quedan unos ${Math.round(seconds / 60)} minutos`;
  return `quedan unas ${Math.round(seconds / 3600)} horas`;
}
export const spoken = (percent: number) => `${percent} % subido`;
export const tab = (percent: number) => `${percent} % · Subiendo`;

export const another = 'Subir otro video';
export const toDashboard = 'Ver mi panel';
export const ready = '¡Tu video está listo!';
const isPublic = 'Ya es público. Comparte el enlace.';
export const readyPublic: Readonly<Record<ContestState, string>> = {
  soon: isPublic,
  open: 'Ya está en votación. Comparte el enlace: los votos empiezan con tu gente.',
  counting: isPublic,
  final: isPublic,
};
export const readyPrivate = 'Míralo. Cuando te guste, publícalo.';
export const readyReview = 'La organización lo revisa antes de publicarlo.';
export const readyHidden = 'La organización lo ocultó.';
export const failed = 'No pudimos convertir tu video';
export const gone = 'Este video ya no existe.';
export const loading = 'Cargando tu video';
