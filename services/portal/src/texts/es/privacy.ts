import type { Section } from './legal.ts';

export const title = 'Política de datos personales';
export const description =
  'Qué datos tuyos guarda ANB Rising Stars Showcase, para qué, hasta cuándo, y cómo los conoces, corriges o eliminas.';
export const lead =
  'Qué guardamos de ti, para qué, hasta cuándo, y cómo lo conoces, corriges o eliminas, según la Ley 1581 de 2012 y sus decretos.';

export const sections: readonly Section[] = [
  {
    title: 'Quién responde por tus datos',
    paragraphs: [
      'La organización del torneo es la responsable del tratamiento. Los servidores, el almacenamiento y los correos los prestan proveedores por encargo suyo, que pueden estar fuera de Colombia.',
    ],
    isContact: true,
  },
  {
    title: 'Qué guardamos y para qué',
    list: [
      'Nombre, apellido, ciudad, país y correo: para que compitas con tu nombre y por tu ciudad, para que entres a tu cuenta y para escribirte sobre ella y sobre tus videos.',
      'Tu contraseña, guardada de modo que nadie puede leerla: para que entres.',
      'Cuándo y qué versión de los términos aceptaste; si tienes menos de 18 años, el nombre de quien te representa: como prueba de la autorización.',
      'Tus videos, con su título y el nombre del archivo: para el torneo.',
      'Por qué videos votaste y cuándo: para que cada voto cuente una sola vez.',
      'Un número que reemplaza la dirección de internet desde la que votaste: para ver cuándo muchos votos vienen de un mismo lugar.',
      'Tus sesiones, y una huella de los navegadores y direcciones desde los que entraste: para que sigas dentro y para cuidar tu cuenta de quien adivina contraseñas.',
      'Los reportes que haces: para que la organización los revise.',
      'En registros técnicos, tu número de cuenta y las páginas pedidas: para encontrar fallas.',
    ],
  },
  {
    title: 'Qué es público',
    paragraphs: [
      'De quien publica un video: nombre, apellido, ciudad, el video con su título, sus votos y su puesto. Tu correo nunca es público, y por quién votaste tampoco.',
    ],
  },
  {
    title: 'Qué no hacemos',
    list: [
      'No vendemos ni prestamos tus datos, no hay publicidad ni seguimiento de terceros.',
      'No usamos tu imagen para reconocerte, ni pedimos datos sensibles.',
      'Usamos dos cookies propias: una mantiene tu sesión y la otra reconoce tu navegador al entrar. El servidor puede poner otras dos (AWSALB y AWSALBCORS), que por cinco minutos te atienden con la misma versión de las páginas y no dicen nada de ti.',
      'Tu navegador guarda además, para que el sitio funcione, el número de tu cuenta mientras estás dentro y qué archivo estabas subiendo.',
      'Si al registrarte o al votar te pedimos comprobar que eres una persona, esa comprobación la hace un proveedor externo, que recibe tu dirección de internet y datos de tu navegador. Solo se carga en ese momento.',
    ],
  },
  {
    title: 'Hasta cuándo',
    list: [
      'Los datos de tu cuenta, también el nombre de quien te representa: hasta que la eliminas; tu correo, hasta que te lo confirmamos por él, un día a lo sumo.',
      'Los archivos de un video: unos segundos más que el video o la cuenta; los de uno en proceso, menos de una hora.',
      'Una subida sin terminar: un día sin avanzar.',
      'Tus sesiones: 90 minutos después de terminar. Las huellas de dónde entraste: 90 días.',
      'El número que reemplaza la dirección de un voto: se queda, pero a los treinta días del cierre de la votación ya nadie puede saber de qué dirección salió.',
      'Las copias de seguridad y los registros técnicos: hasta que vencen.',
    ],
  },
  {
    title: 'Qué se queda cuando eliminas tu cuenta',
    list: [
      'Bajo un número que ya no dice quién eras: los votos que diste, las fechas y la ciudad de tus videos, tus puestos en los resultados ya cerrados, y cuándo aceptaste los términos. Sin eso, el resultado del torneo cambiaría después.',
      'Durante un año, una huella de tu correo: para que nadie vote dos veces por un video con el mismo correo.',
    ],
  },
  {
    title: 'Tus derechos',
    list: [
      'Conocer, actualizar y corregir tus datos.',
      'Pedir prueba de la autorización que diste.',
      'Saber qué uso les hemos dado.',
      'Revocar la autorización y pedir que los eliminemos.',
      'Consultarlos gratis.',
      'Quejarte ante la Superintendencia de Industria y Comercio, después de haberlo reclamado con nosotros.',
    ],
  },
  {
    title: 'Cómo los ejerces',
    paragraphs: [
      'En tu perfil, ahora mismo: corriges tus datos, descargas todo lo que guardamos de ti y eliminas tu cuenta. El correo no se puede cambiar: para usar otro, elimina la cuenta y crea una nueva.',
      'Si no puedes entrar, escribe a la organización desde el correo de tu cuenta. Responde las consultas en diez días hábiles y los reclamos en quince (artículos 14 y 15 de la ley).',
    ],
    isContact: true,
  },
  {
    title: 'Menores de edad',
    paragraphs: [
      'Los datos de niñas, niños y adolescentes los tratamos solo con la autorización de quien los representa legalmente, después de escuchar su opinión, y respetando su interés superior y sus derechos. Quien representa a un menor puede ejercer por él todos estos derechos.',
    ],
  },
];
