import type { ClipShape } from '@anb/sample-clips';

export interface Person {
  first_name: string;
  last_name: string;
  city: string;
  email: string;
}

export interface Player extends Person {
  title: string;
  shape: ClipShape;
  /** Shorter than the shape's own length, to be made and processed sooner. */
  seconds: number | undefined;
  /** How many of the others vote for the clip; no two alike, so that the ranking has no ties. */
  votes: number;
}

/** Everybody's: whoever tries the API can sign in as one of them. */
export const PASSWORD = 'canasta-de-tres';

export const players: readonly Player[] = [
  player('Valentina', 'Ríos', 'Bogotá', 'Triple sobre la bocina', 'landscape', 8, 21),
  player('Juan Camilo', 'Restrepo', 'Medellín', 'Crossover y bandeja', 'portrait', 7, 18),
  player('Yeferson', 'Mosquera', 'Cali', 'Clavada en contragolpe', 'fps60', 7, 19),
  player('Luisa Fernanda', 'Barrios', 'Barranquilla', 'Pase sin mirar en el parque', 'quicktime', 8, 13),
  player('Andrés Felipe', 'Torres', 'bogota', 'Robo y doble paso', 'small', 10, 16),
  player('Daniela', 'Cassiani', 'Cartagena', 'Tapón en la última jugada', 'fps25', 7, 14),
  player('Santiago', 'Gómez', 'Medellín', 'Mi mejor minuto de la temporada', 'long', undefined, 11),
  player('Mariana', 'Caicedo', 'Cali', 'Gancho desde la pintura', 'hevc', 6, 10),
  player('Kevin', 'De la Hoz', 'Barranquilla', 'Tiro libre con los ojos cerrados', 'landscape', 6, 8),
  player('Sara', 'Nieto', 'Bogotá D.C.', 'Rebote ofensivo y canasta', 'portrait', 6, 6),
  player('Manuela', 'Zapata', 'Medellín', 'Finta y media distancia', 'fps25', 6, 5),
  player('Brayan', 'Julio', 'Cartagena', 'Asistencia de espaldas', 'quicktime', 6, 3),
];

/** They have no clip and only vote. */
export const fans: readonly Person[] = [
  person('Camila', 'Herrera', 'Bogotá'),
  person('Óscar', 'Pineda', 'Bogotá'),
  person('Paola', 'Echeverri', 'Medellín'),
  person('Mateo', 'Arango', 'Medellín'),
  person('Leidy', 'Valencia', 'Cali'),
  person('Jhon Jairo', 'Angulo', 'Cali'),
  person('Karen', 'Altamar', 'Barranquilla'),
  person('Luis Carlos', 'Pájaro', 'Cartagena'),
  person('Natalia', 'Rueda', 'Bucaramanga'),
  person('Esteban', 'Londoño', 'Pereira'),
  person('Gloria', 'Salazar', 'Manizales'),
  person('Ricardo', 'Fonseca', 'Tunja'),
];

function person(first_name: string, last_name: string, city: string): Person {
  const mailbox = `${first_name}.${last_name}`
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replaceAll(' ', '')
    .toLowerCase();
  return { first_name, last_name, city, email: `${mailbox}@example.com` };
}

function player(...[first, last, city, title, shape, seconds, votes]: PlayerColumns): Player {
  return { ...person(first, last, city), title, shape, seconds, votes };
}

type PlayerColumns = [
  first: string,
  last: string,
  city: string,
  title: string,
  shape: ClipShape,
  seconds: number | undefined,
  votes: number,
];

export const fullName = ({ first_name, last_name }: Person) => `${first_name} ${last_name}`;
