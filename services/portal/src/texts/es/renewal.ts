export const outdated = 'Una parte de esta página no cargó: puede que haya una versión nueva.';
export const reload = 'Recargar';
