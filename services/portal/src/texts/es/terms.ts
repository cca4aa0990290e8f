import type { Section } from './legal.ts';

export const title = 'Términos del torneo';
export const description =
  'Las reglas de ANB Rising Stars Showcase: quién participa, los videos, la votación y quién clasifica.';
export const lead =
  'Estas son las reglas de ANB Rising Stars Showcase. Al crear tu cuenta las aceptas, y guardamos cuándo y qué versión aceptaste.';

export const sections: readonly Section[] = [
  {
    title: 'El torneo',
    paragraphs: [
      'ANB Rising Stars Showcase es un torneo de habilidades de baloncesto. Subes un video, el público vota, y los más votados de cada ciudad del torneo van al Showcase Final. Lo organiza la organización del torneo: en estas páginas, «la organización».',
      'Participar y votar no cuesta nada.',
    ],
  },
  {
    title: 'Quién puede participar',
    list: [
      'Cualquier persona con una cuenta a su nombre y con datos verdaderos. Una sola cuenta por persona.',
      'Si tienes menos de 18 años, quien te representa legalmente acepta estos términos contigo y da su nombre al crear la cuenta. Sin esa autorización no puedes participar.',
      'Cuida tu contraseña: lo que se haga con tu cuenta cuenta como hecho por ti.',
    ],
  },
  {
    title: 'Tu video',
    list: [
      'Es tuyo, y las jugadas son tuyas. Quienes se vean o se oigan en él están de acuerdo; si son menores, quienes los representan.',
      'No muestra violencia, desnudez, insultos, odio ni publicidad.',
      'Sigue siendo tuyo. Nos autorizas a hacer con hasta 30 segundos de él un clip sin sonido, con la imagen del torneo, y a mostrarlo en este sitio y en la vista previa de sus enlaces mientras esté publicado.',
      'Lo haces público o privado cuando quieras. Para eliminarlo mientras está en votación, primero hazlo privado.',
      'La organización puede revisarlo antes de que entre a votación, y ocultarlo si no cumple estas reglas. Cualquiera con cuenta puede reportarlo.',
    ],
  },
  {
    title: 'La votación',
    list: [
      'Cada persona vota una sola vez por cada video, mientras la votación esté abierta. La organización puede pedir que antes verifique su correo. Puede votar por varios videos, pero no por los suyos.',
      'Un voto no se cambia ni se retira.',
      'No se vale votar con varias cuentas, con programas, ni comprar o vender votos. El sistema señala votos sospechosos, y la organización puede anularlos; queda registrado quién lo hizo y cuándo.',
      'Los votos de un video oculto se conservan, por si vuelve a mostrarse.',
    ],
  },
  {
    title: 'Quién clasifica',
    list: [
      'De cada ciudad del torneo clasifican las personas con más votos, cada una con su mejor video. Cuántas son y hasta cuándo se vota está en la página de inicio.',
      'Con los mismos votos va primero el video que se publicó antes.',
      'Un video compite por la ciudad que su autor o autora tenía al publicarlo, aunque después cambie de ciudad. Los de otras ciudades salen en el ranking, pero no clasifican.',
      'El resultado se cierra y se publica con sus votos. Clasificar da un lugar en el Showcase Final; la fecha, el lugar y las condiciones los anuncia la organización.',
    ],
  },
  {
    title: 'Si no se cumplen',
    paragraphs: [
      'La organización puede ocultar videos y anular votos que no cumplan estas reglas. Si crees que se equivocó, escríbele.',
    ],
    isContact: true,
  },
  {
    title: 'Tu cuenta',
    paragraphs: [
      'Puedes eliminarla cuando quieras en tu perfil. Qué se borra y qué se queda sin tu nombre está en la política de datos.',
    ],
  },
  {
    title: 'El servicio',
    paragraphs: [
      'Trabajamos para que el sitio esté siempre disponible, pero puede fallar o parar por mantenimiento. Por eso no esperes al último minuto para subir tu video o votar.',
    ],
  },
  {
    title: 'Cambios y ley',
    paragraphs: [
      'Si estas reglas cambian, cambia la fecha de arriba. Se rigen por las leyes de la República de Colombia.',
    ],
  },
];
