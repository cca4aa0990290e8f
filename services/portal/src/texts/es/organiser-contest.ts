import { formatDateTimeLast, formatNumber } from '../../format.ts';
import { videos as countedVideos } from './counts.ts';

export const groups = { window: 'Votación', rules: 'Reglas', cities: 'Ciudades del torneo' };

export const field = {
  name: 'Nombre del torneo',
  edition: 'Edición',
  opens_at: 'Abre',
  closes_at: 'Cierra',
  finalists_per_city: 'Clasifican por ciudad',
  vote_goal: 'Meta de votos de cada video',
  review: 'Revisar los videos antes de publicarlos',
} as const;
export const hint = {
  opens_at: 'Hora de Colombia.',
  closes_at: 'Hora de Colombia. Vacío: todavía sin fecha.',
  vote_goal: 'La que cada quien ve en su panel.',
  review: 'Cada video espera en Reportes › Por aprobar hasta que lo apruebes.',
  cities:
    'Solo sus videos clasifican. Otras formas de escribir una ciudad van con comas entre ellas; mayúsculas, tildes y puntos no cuentan.',
} as const;
export const wrong = {
  name: 'Escribe el nombre: de 2 a 100 caracteres.',
  edition: 'Escribe la edición: de 1 a 50 caracteres. Una anterior a los últimos votos ya no sirve.',
  opens_at: 'Pon la fecha y la hora en que abre.',
  closes_at: 'Tiene que ser después de la apertura.',
  closes_at_frozen:
    'El resultado de esta edición está congelado: su votación ya no se puede abrir. Pon otra edición.',
  edition_frozen: 'El resultado de esa edición está congelado y hubo votos después. Pon otra edición.',
  finalists_per_city: 'Un número de 1 a 100.',
  vote_goal: 'Un número de 1 a 10.000.000.',
  cities:
    'Cada ciudad necesita un nombre de 2 a 50 caracteres, y ninguna forma de escribirla puede ser la de otra.',
} as const;
export const cityName = (number: number) => `Ciudad ${formatNumber(number)}`;
export const cityAliases = (number: number) => `Otras formas de escribir la ciudad ${formatNumber(number)}`;
export const aliasesColumn = 'También se escribe';
export const removeCity = 'Quitar';
export const addCity = 'Añadir ciudad';
export const others = {
  heading: 'Con videos, y fuera del torneo',
  text: 'Sus videos están en el ranking del país, pero no clasifican. Si es otra forma de escribir una ciudad del torneo, añádela allí.',
  counts: (videos: number, players: number) =>
    `${countedVideos(videos)} de ${formatNumber(players)} ${players === 1 ? 'persona' : 'personas'}`,
  add: 'Añadir como ciudad',
  aliasOf: 'Es otra forma de escribir…',
  aliasOfLabel: (city: string) => `${city} es otra forma de escribir…`,
};
export const review = 'Revisar los cambios';
export const nothingChanged = 'No has cambiado nada.';
export const discard = 'Descartar cambios';
export const unsaved = 'Hay cambios sin guardar.';
export const save = {
  action: 'Guardar cambios',
  title: '¿Guardar estos cambios del torneo?',
  done: 'El torneo quedó guardado.',
};
export const changedMeanwhile = (fields: string) =>
  `Mientras editabas, alguien más de la organización cambió el torneo (${fields}). Lo que tú no tocaste ya está al día; revisa otra vez.`;
export const changed = {
  name: 'nombre',
  edition: 'edición',
  opens_at: 'apertura',
  closes_at: 'cierre',
  finalists_per_city: 'clasificados',
  vote_goal: 'meta',
  review_before_publication: 'revisión',
  cities: 'ciudades',
} as const;
export const citiesClash =
  'Alguien más de la organización cambió las ciudades mientras las editabas. Descarta tus cambios para ver las de ahora, y vuelve a hacerlos.';
export const closeNow = {
  action: 'Cerrar la votación ahora',
  title: '¿Cerrar la votación ahora?',
  happens: [
    'La votación se cierra en cuanto confirmes. Los votos que ya entraron cuentan; ninguno más.',
    'El ranking sigue público.',
    'Mientras no congeles el resultado, puedes volver a abrirla con otra fecha de cierre.',
  ],
  done: 'La votación está cerrada.',
};
export const openNow = {
  action: 'Abrir la votación ahora',
  title: '¿Abrir la votación ahora?',
  happens: ['La votación se abre en cuanto confirmes, para todos los videos publicados.'],
  done: 'La votación está abierta.',
};
export const consequences = {
  stays: {
    soon: 'La votación todavía no abre.',
    open: 'La votación sigue abierta.',
    closed: 'La votación sigue cerrada.',
  },
  becomes: {
    soon: 'La votación, que ya había abierto, se cierra en cuanto guardes y espera hasta la nueva apertura.',
    open: 'La votación se abre en cuanto guardes.',
    closed: 'La votación se cierra en cuanto guardes: los votos que ya entraron cuentan, y ninguno más.',
  },
  reopens: 'Estaba cerrada: los votos nuevos se suman a los que había.',
  opensAt: (at: string) => `Apertura: ${formatDateTimeLast(at)}.`,
  closesAt: (at: string | null) =>
    at === null ? 'No tendrá fecha de cierre hasta que pongas una.' : `Cierra el ${formatDateTimeLast(at)}.`,
  name: (before: string, after: string) => `El torneo se llama «${after}» en vez de «${before}».`,
  edition: (before: string, after: string) =>
    `Empieza la edición «${after}». Los videos y votos que hay siguen contando; cuando tenga votos propios ya no se puede volver a «${before}», si su resultado está congelado.`,
  finalists: (before: number, after: number) =>
    `De cada ciudad ${after === 1 ? 'clasifica' : 'clasifican'} ${formatNumber(after)} en vez de ${formatNumber(before)}; el ranking lo muestra en cuanto guardes.`,
  goal: (before: number, after: number) =>
    `La meta de cada video pasa de ${formatNumber(before)} a ${formatNumber(after)} votos.`,
  review: {
    on: 'Los videos que se publiquen desde ahora esperan a que los apruebes. Los que ya están en votación siguen.',
    off: 'Los videos nuevos entran a votación sin revisión. Los que ya esperan siguen esperando: apruébalos en Reportes.',
  },
  cityAdded: (city: string, players: number) =>
    players === 0
      ? `${city} entra al torneo.`
      : `${city} entra al torneo: ${people(players, 'ya puede')} clasificar.`,
  cityRemoved: (city: string, players: number) =>
    players === 0
      ? `${city} sale del torneo.`
      : `${city} sale del torneo: ${people(players, 'ya no puede')} clasificar. Sus videos y votos siguen en el ranking del país.`,
  aliasAdded: (alias: string, city: string) =>
    `Lo publicado como «${alias}» cuenta para ${city} al instante.`,
  aliasRemoved: (alias: string, city: string) => `Lo publicado como «${alias}» ya no cuenta para ${city}.`,
};

function people(count: number, can: string): string {
  return count === 1 ? `1 persona de allí ${can}` : `${formatNumber(count)} personas de allí ${can}n`;
}
