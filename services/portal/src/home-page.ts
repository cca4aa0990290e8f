import { createHash } from 'node:crypto';
import { contentPolicy } from '@anb/service-kit/browsers';
import { html, raw } from 'hono/html';

export interface RankingRow {
  position: number;
  username: string;
  title: string;
  city: string;
  votes: number;
  qualifies: boolean;
  video_url: string;
  poster_url: string;
}

export interface Stats {
  videos: number;
  votes: number;
  players: number;
  cities: number;
}

const number = new Intl.NumberFormat('es-CO');

/** The ranking as it stands, readable without a script. */
export function homePage(ranking: readonly RankingRow[], stats: Stats) {
  return html`<!doctype html>
    <html lang="es">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>ANB Rising Stars Showcase</title>
        <link rel="icon" href="data:," />
        <style>${raw(style)}</style>
      </head>
      <body>
        <header>
          <p class="mark">ANB</p>
          <h1>Rising Stars Showcase</h1>
          <p>Sube tu video de 30 segundos. El público vota. Los más votados de cada ciudad van a la final.</p>
          <dl>
            ${Object.entries({
              videos: stats.videos,
              votos: stats.votes,
              jugadores: stats.players,
              ciudades: stats.cities,
            }).map(([name, value]) => html`<div><dd>${number.format(value)}</dd><dt>${name}</dt></div>`)}
          </dl>
        </header>
        <main>
          <h2>Ranking nacional</h2>
          ${
            ranking.length === 0
              ? html`<p>Todavía no hay videos en votación.</p>`
              : html`<ol>${ranking.map(card)}</ol>`
          }
        </main>
        <footer><a href="/swagger">API</a></footer>
      </body>
    </html>`;
}

const card = (row: RankingRow) => html`<li>
  <video controls preload="none" poster="${row.poster_url}" src="${row.video_url}" width="1280" height="720"></video>
  <div class="row">
    <span class="position">${row.position}</span>
    <div>
      <h3>${row.username}</h3>
      <p>${row.title} · ${row.city}</p>
      ${row.qualifies ? html`<p class="final">Clasificado para el Showcase Final</p>` : ''}
    </div>
    <strong>${number.format(row.votes)}<small> ${row.votes === 1 ? 'voto' : 'votos'}</small></strong>
  </div>
</li>`;

const style = `
  :root { color-scheme: dark; --night: #0b1020; --panel: #161d33; --ball: #ff8a3d; --chalk: #f5efe6; --dim: #b3b9cc; }
  * { box-sizing: border-box; margin: 0; }
  body { background: var(--night); color: var(--chalk); font: 1rem/1.5 system-ui, sans-serif; }
  header, main, footer { max-width: 76rem; margin: auto; padding: 1.5rem 1rem; }
  .mark { color: var(--ball); font-weight: 800; letter-spacing: .3em; }
  h1 { font-size: clamp(2rem, 7vw, 3.5rem); line-height: 1.1; }
  header > p:not(.mark) { color: var(--dim); margin-top: .5rem; max-width: 40rem; }
  dl { display: flex; flex-wrap: wrap; gap: 2rem; margin-top: 1.25rem; }
  dl div { display: flex; flex-direction: column; }
  dd { font-size: 1.75rem; font-weight: 800; color: var(--ball); line-height: 1.1; }
  dt { color: var(--dim); }
  ol { list-style: none; padding: 0; margin-top: 1rem; display: grid; gap: 1rem;
       grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); }
  li { background: var(--panel); border-radius: .75rem; overflow: hidden; }
  video { display: block; width: 100%; height: auto; aspect-ratio: 16 / 9; background: #000; }
  .row { display: grid; grid-template-columns: auto 1fr auto; gap: .75rem; padding: .75rem 1rem 1rem; align-items: start; }
  .row p { color: var(--dim); font-size: .9rem; }
  .row .final { color: var(--ball); }
  .position { font-size: 1.75rem; font-weight: 800; line-height: 1; color: var(--ball); min-width: 1.5ch; }
  h3 { font-size: 1.05rem; line-height: 1.2; }
  strong { white-space: nowrap; text-align: right; }
  small { font-weight: 400; color: var(--dim); }
  a { color: var(--ball); }
`;

const styleHash = createHash('sha256').update(style).digest('base64');

/** Clips and posters come from a CDN, or by redirect from the object store. */
export const homePolicy = contentPolicy({
  'style-src': `'sha256-${styleHash}'`,
  'img-src': '* data:',
  'media-src': '*',
});
