import type { OpenVideo, OwnVideo, RankingRow } from '@anb/api-client/contract';
import { FormScope } from '../client/form.ts';
import { Empty, Notice, Skeleton } from '../components/feedback.tsx';
import { CheckField, CodeField, EmailField, TextField } from '../components/field.tsx';
import * as icons from '../components/icons.tsx';
import { Mark } from '../components/mark.tsx';
import { StateBadge } from '../components/own/state-badge.tsx';
import { Pager } from '../components/pager.tsx';
import { NewPassword, PasswordField } from '../components/password-field.tsx';
import { Percent } from '../components/percent.tsx';
import { Player } from '../components/player.tsx';
import { Processing } from '../components/processing.tsx';
import { RankedRow } from '../components/ranked-row.tsx';
import { Scoreboard } from '../components/scoreboard.tsx';
import { Rules } from '../components/upload/rules.tsx';
import { VisibilityField } from '../components/upload/visibility-field.tsx';
import { VideoCard } from '../components/video-card.tsx';
import type { Page } from '../page.ts';

/** One dark dot. */
const PICTURE = 'data:image/gif;base64,R0lGODlhAQABAIAAAAUHDwAAACwAAAAAAQABAAACAkQBADs=';

const video: OpenVideo = {
  video_id: '00000000-0000-4000-8000-000000000000',
  user_id: 1,
  title: 'Triple sobre la bocina',
  processed_url: '',
  poster_url: PICTURE,
  uploaded_at: '2026-01-01T00:00:00Z',
  processed_at: '2026-01-01T00:00:00Z',
  duration_seconds: 34.5,
  votes: 1204,
  is_public: true,
  user_first_name: 'Valentina',
  user_last_name: 'Ríos',
  user_city: 'Bogotá',
};

const row = (position: number, votes: number, qualifies: boolean): RankingRow => ({
  ...{ position, votes, qualifies, video_id: `${position}` },
  ...{ username: 'Valentina Ríos', title: video.title, city: 'Bogotá', video_url: '', poster_url: PICTURE },
});

const own = (changes: Partial<OwnVideo>): OwnVideo => ({
  ...{ video_id: '1', user_id: 1, title: video.title, original_filename: 'clip.mp4' },
  ...{ status: 'processed', uploaded_at: video.uploaded_at, votes: 0, is_public: true, ...changes },
});

/** All components in all their states, side by side, for who works on them. Nothing here does anything. */
export function componentsPage(): Page {
  return {
    title: 'Componentes',
    description: 'Componentes del sitio.',
    body: (
      <div class="stack-wide">
        <h1>Componentes</h1>
        <section class="stack">
          <h2>Marca e íconos</h2>
          <p class="row">
            <span class="brand">
              <Mark />
              <span>ANB Rising Stars</span>
            </span>
            {Object.entries(icons).map(([name, Icon]) => (
              <Icon key={name} />
            ))}
          </p>
        </section>
        <section class="stack">
          <h2>Letras</h2>
          <h1>Título de la página</h1>
          <h2>Título de una sección</h2>
          <h3>Título de una parte</h3>
          <p>
            Un párrafo con <a href="#contenido">un enlace</a>. <span class="soft">Más suave.</span>{' '}
            <span class="small">Más pequeño.</span>
          </p>
        </section>
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
            <button type="button" class="button" aria-disabled="true">
              Enviando…
            </button>
            <button type="button" class="button button-small">
              Pequeño
            </button>
            <button type="button" class="link">
              Como un enlace
            </button>
          </p>
          <p class="chips">
            <a class="chip" href="#contenido" aria-current="page">
              Elegido
            </a>
            <a class="chip" href="#contenido">
              Otro
            </a>
          </p>
          <Pager page={2} total={120} limit={50} href={() => '#contenido'} />
        </section>
        <section class="stack">
          <h2>Campos</h2>
          <FormScope.Provider value={{ name: 'muestra', errors: { last_name: 'Escribe tu apellido.' } }}>
            <div class="fields-2">
              <TextField
                name="first_name"
                label="Nombre"
                autocomplete="off"
                maxlength={50}
                hint="Como en tu documento."
              />
              <TextField name="last_name" label="Apellido" autocomplete="off" maxlength={50} />
              <EmailField />
              <PasswordField name="password" label="Contraseña" autocomplete="current-password" />
              <CodeField />
              <CheckField name="accepts_terms">Acepto los términos</CheckField>
            </div>
            <NewPassword />
            <VisibilityField contest="open" />
          </FormScope.Provider>
        </section>
        <section class="stack">
          <h2>Avisos</h2>
          <Notice>Un aviso.</Notice>
          <Notice kind="good">Salió bien.</Notice>
          <Notice kind="warn">Mira esto.</Notice>
          <Notice kind="bad">Salió mal.</Notice>
          <p class="row">
            <StateBadge video={own({ status: 'uploaded' })} isVotingOpen />
            <StateBadge video={own({ status: 'processing', progress: 40 })} isVotingOpen />
            <StateBadge video={own({})} isVotingOpen />
            <StateBadge video={own({})} isVotingOpen={false} />
            <StateBadge video={own({ is_public: false })} isVotingOpen />
            <StateBadge video={own({ review: 'pending' })} isVotingOpen />
            <StateBadge video={own({ hidden: true })} isVotingOpen />
            <StateBadge video={own({ status: 'failed' })} isVotingOpen />
          </p>
          <p class="row">
            <span class="live">En vivo</span>
            <span class="live live-off">Sin conexión</span>
          </p>
        </section>
        <section class="stack">
          <h2>Marcador y ranking</h2>
          <Scoreboard stats={{ videos: 128, votes: 45_210, players: 96, cities: 9 }} />
          <ol class="ranking">
            <RankedRow row={row(1, 1204, true)} contestState="open" moved={2} />
            <RankedRow row={row(2, 1199, true)} contestState="counting" moved={-1} />
            <RankedRow row={row(3, 1, true)} contestState="final" />
            <RankedRow row={row(1024, 0, false)} contestState="open" />
          </ol>
        </section>
        <section class="stack">
          <h2>Videos</h2>
          <div class="cards">
            <VideoCard video={video} contestState="open" isFirst />
            <VideoCard video={{ ...video, votes: 1 }} contestState="soon" isFirst />
            <VideoCard video={{ ...video, votes: 1 }} contestState="counting" isFirst />
          </div>
          <Player src={undefined} poster={undefined} label={video.title} />
        </section>
        <section class="stack">
          <h2>Progreso</h2>
          <Percent value={62} label="Subiendo" />
          <Percent value={0} label="En pausa" isStill />
          <Processing
            video={own({ status: 'processing', stage: 'transcoding', progress: 55 })}
            isLost={false}
          />
          <Rules maxMegabytes={500} />
          <Skeleton kind="row" count={2} label="Cargando filas" />
          <Skeleton kind="card" count={3} label="Cargando tarjetas" />
        </section>
        <section class="stack">
          <h2>Vacío</h2>
          <Empty icon={icons.BallIcon}>
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
