import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { Page } from './page.ts';

/** The least that Hono can do: one route that answers the same bytes with the same headers. */
const { page, port } = JSON.parse(process.argv[2] ?? '') as { page: Page; port: number };
const body = Buffer.from(page.body);
const app = new Hono().get(page.path, (c) => c.body(body, 200, page.headers));
serve({ fetch: app.fetch, port, hostname: '127.0.0.1' });
