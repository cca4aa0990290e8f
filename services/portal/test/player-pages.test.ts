import type { OwnVideo } from '@anb/api-client/contract';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { describe, expect, test } from 'vitest';
import { isOpen, type OwnVideoNow, withState } from '../src/client/video-actions.ts';
import { Places } from '../src/components/own/places.tsx';
import { StateBadge } from '../src/components/own/state-badge.tsx';
import { Processing } from '../src/components/processing.tsx';
import type { ContestState } from '../src/contest-state.ts';
import { dashboardPage } from '../src/pages/dashboard.tsx';
import { uploadPage } from '../src/pages/upload.tsx';
import { speed, timeLeft } from '../src/texts/es/upload.ts';
import { createUpstream } from '../src/upstream.ts';

const video: OwnVideo = {
  video_id: 'v',
  user_id: 1,
  title: '<b>Triple</b>',
  original_filename: 'clip.mp4',
  status: 'processed',
  uploaded_at: '2026-11-22T12:00:00.000Z',
  votes: 3,
  is_public: true,
};

/** Of services that are away. */
const nothingThere = createUpstream({ votesUrl: 'http://127.0.0.1:1', videosUrl: 'http://127.0.0.1:1' });

describe('the page to upload', () => {
  test('tells the limit before a file is chosen', async () => {
    const { body, canonical } = await uploadPage(nothingThere, {}, 350);
    expect(canonical).toBe('/subir');
    expect(renderToString(body)).toContain('hasta 350 MB');
  });

  test.each(['video', 'continuar'])('is no page for search engines with ?%s=', async (name) => {
    const { body, canonical } = await uploadPage(nothingThere, { [name]: 'v' }, 350);
    expect(canonical).toBeUndefined();
    const html = renderToString(body);
    expect(html).toContain('aria-busy="true"');
    expect(html).not.toContain('type="file"');
  });
});

test('the panel is rendered without anything of anybody', async () => {
  const html = renderToString((await dashboardPage(nothingThere)).body);
  expect(html.match(/aria-busy="true"/g)).toHaveLength(3);
});

describe('the places of a video', () => {
  const standing = {
    ...{ video_id: 'v', city: 'Quibdó', votes: 3, qualifies: false },
    national: { position: 9, videos: 13 },
    in_city: { position: 1, videos: 1 },
  };
  const contest = {
    ...{ name: 'ANB', edition: '2026', opens_at: '2026-01-01T00:00:00.000Z', closes_at: null, open: true },
    ...{ finalists_per_city: 2, vote_goal: 3000, result_frozen_at: null },
  };
  const html = (qualifiesFrom: boolean | undefined, state: ContestState = 'open', qualifies = false) =>
    renderToString(
      h(Places, {
        standing: { ...standing, qualifies },
        contest: { ...contest, state },
        qualifiesFrom,
      }),
    );

  test('promise nothing in a city outside the contest', () => {
    expect(html(false)).toContain('Quibdó todavía no es ciudad del torneo');
    expect(html(undefined)).not.toContain('lasifica');
  });

  test('can be bettered while voting is open', () => {
    expect(html(true)).toContain('De Quibdó clasifican 2. ¡Sigue sumando!');
    expect(html(true, 'counting')).toContain('De Quibdó clasifican 2. El resultado está por confirmar.');
  });

  test('are a place in the final only when the result is frozen', () => {
    expect(html(true, 'open', true)).toContain('Vas clasificando al Showcase Final');
    expect(html(true, 'counting', true)).toContain('Vas clasificando · resultado por confirmar');
    expect(html(true, 'final', true)).toContain('¡Clasificaste al Showcase Final!');
    expect(html(true, 'soon', true)).not.toContain('clasificando');
  });
});

describe('a video', () => {
  test.each([
    [{ status: 'uploaded' }, 'En cola'],
    [{ status: 'processing', progress: 40 }, 'Procesando 40 %'],
    [{ status: 'failed' }, 'Falló'],
    [{}, 'En votación'],
    [{ is_public: false }, 'Privado'],
    [{ review: 'pending' }, 'En revisión'],
    [{ hidden: true }, 'Oculto por la organización'],
  ] as [Partial<OwnVideo>, string][])('that is %j is called %s', (change, word) => {
    expect(renderToString(h(StateBadge, { video: { ...video, ...change }, isVotingOpen: true }))).toContain(
      `>${word}<`,
    );
  });

  test('is open for votes only while nobody holds it back', () => {
    expect(isOpen(video)).toBe(true);
    for (const change of [{ is_public: false }, { hidden: true }, { review: 'pending' }] as const) {
      expect(isOpen({ ...video, ...change })).toBe(false);
    }
  });

  test('is what the last event says, and nothing of the one before', () => {
    const queued: OwnVideoNow = { ...video, status: 'uploaded', queue_place: 4 };
    const working = withState(queued, { status: 'processing', stage: 'transcoding', progress: 40 });
    expect(working).toEqual({ ...video, status: 'processing', stage: 'transcoding', progress: 40 });
    const failed = withState(working, { status: 'failed', progress: 40, failure_code: 'unreadable' });
    expect(failed).not.toHaveProperty('stage');
  });

  test('shows which step it is at', () => {
    const at = (change: Partial<OwnVideoNow>) =>
      renderToString(h(Processing, { video: { ...video, ...change }, isLost: false }));
    expect(at({ status: 'uploaded', queue_place: 3 })).toContain('Vas de 3.º en la cola');
    expect(at({ status: 'processing', stage: 'transcoding', progress: 40 })).toMatch(
      /aria-current="step">.{0,60}Creando tu clip/,
    );
  });
});

test.each([
  [4, 'quedan pocos segundos'],
  [42, 'quedan unos 50 segundos'],
  [95, 'quedan unos 2 minutos'],
  [5400, 'quedan unas 2 horas'],
])('%i seconds are told as "%s"', (seconds, text) => {
  expect(timeLeft(seconds)).toBe(text);
});

test('speed is told in units that say something', () => {
  expect(speed(83_400)).toBe('83 kB por segundo');
  expect(speed(2_340_000)).toBe('2,3 MB por segundo');
});
