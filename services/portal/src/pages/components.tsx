import { wrong } from '#texts/forms';
import { FormScope } from '../client/form.ts';
import { Empty, Notice, Skeleton } from '../components/feedback.tsx';
import { CheckField, CodeField, TextField } from '../components/field.tsx';
import { BallIcon } from '../components/icons.tsx';
import { NewPassword } from '../components/password-field.tsx';
import { Scoreboard } from '../components/scoreboard.tsx';
import type { Page } from '../page.ts';

/** All components in all their states, side by side; for who works on them. */
export function componentsPage(): Page {
  return {
    title: 'Componentes',
    description: 'Componentes del portal.',
    body: (
      <div class="stack-wide">
        <h1>Componentes</h1>
        <section class="stack">
          <h2>Botones</h2>
          <p class="row">
            <button type="button" class="button">
              Votar
            </button>
            <button type="button" class="button button-plain">
              Cancelar
            </button>
            <button type="button" class="button button-danger">
              Eliminar
            </button>
            <button type="button" class="button" disabled>
              Enviando…
            </button>
            <button type="button" class="button button-small">
              Pequeño
            </button>
          </p>
        </section>
        <section class="stack narrow">
          <h2>Campos</h2>
          <FormScope.Provider value={{ name: 'campos', errors: { last_name: wrong.last_name ?? '' } }}>
            <TextField name="first_name" label="Bien" hint="Una ayuda." autocomplete="off" maxlength={50} />
            <TextField name="last_name" label="Mal" autocomplete="off" maxlength={50} defaultValue="R" />
            <NewPassword isRepeated={false} />
            <CodeField />
            <CheckField name="accepts_terms">Acepto</CheckField>
          </FormScope.Provider>
        </section>
        <section class="stack">
          <h2>Avisos</h2>
          <Notice>Un aviso.</Notice>
          <Notice kind="good">Salió bien.</Notice>
          <Notice kind="warn">Mira esto.</Notice>
          <Notice kind="bad">Salió mal.</Notice>
          <p class="row">
            <span class="badge">Cargado</span>
            <span class="badge badge-good">Publicado</span>
            <span class="badge badge-bad">Falló</span>
            <span class="badge badge-ball">Clasifica</span>
            <span class="live">En vivo</span>
          </p>
        </section>
        <section class="stack">
          <h2>Marcador</h2>
          <Scoreboard stats={{ videos: 128, votes: 45_210, players: 96, cities: 9 }} />
        </section>
        <section class="stack">
          <h2>Progreso</h2>
          <progress max={100} value={62} aria-label="Progreso" />
          <Skeleton kind="row" count={2} label="Cargando" />
          <Skeleton kind="card" count={3} label="Cargando" />
        </section>
        <section class="stack">
          <h2>Vacío</h2>
          <Empty icon={BallIcon}>
            <p>Todavía no hay nada.</p>
            <a class="button" href="/subir">
              Sube tu video
            </a>
          </Empty>
        </section>
      </div>
    ),
  };
}
