import { expect, test } from 'vitest';
import { homePage } from '../src/home-page.ts';

test('the page shows its style as it is written, and what players write as text', async () => {
  const row = {
    position: 1,
    username: 'Ana <b>Ríos</b>',
    title: '"><script>alert(1)</script>',
    city: 'Cali',
    votes: 1,
    qualifies: true,
    video_url: '/media/clip.mp4',
    poster_url: '/media/poster.jpg',
  };
  const page = String(await homePage([row], { videos: 1, votes: 1, players: 1, cities: 1 }));
  expect(page).toContain('header > p:not(.mark) {');
  expect(page).toContain('Ana &lt;b&gt;Ríos&lt;/b&gt;');
  expect(page).not.toContain('<script>');
});
