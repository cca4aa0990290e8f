/** What the API refuses organisers, by its code. */
export const problems: Readonly<Record<string, string>> = {
  video_not_found: 'Este video ya no existe: lo eliminó quien lo subió.',
  not_failed: 'Este video ya no está fallido: alguien lo reintentó antes.',
  title_changed: 'El título cambió mientras lo mirabas. Cierra, míralo otra vez y decide.',
  closes_before_opens: 'La votación cerraría antes de abrir. Corrige una de las dos horas.',
  results_frozen:
    'El resultado de esa edición está congelado: su votación no se puede volver a abrir. Pon otra edición.',
  voting_open: 'La votación sigue abierta: ciérrala primero, o espera a que cierre.',
  flag_not_found: 'Esta alerta ya no existe.',
  flag_settled: 'Alguien ya resolvió esta alerta.',
  nothing_to_void: 'Ningún voto que cuente es así. Si ya están anulados, descarta la alerta.',
  voiding_not_found: 'Esa anulación no existe.',
  already_restored: 'Estos votos ya se devolvieron.',
  result_not_found: 'No hay un resultado congelado con ese número.',
};
