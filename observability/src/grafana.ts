/** What a panel asks Prometheus, and how it names the series that come back. */
export interface Query {
  expr: string;
  legend: string;
}

export interface Panel {
  title: string;
  description: string;
  /** One of Grafana's unit ids. */
  unit: string;
  queries: Query[];
  /** A number that turns red at `limit`, instead of a graph. */
  stat?: boolean;
  /** Where an objective or an alert stands; drawn as a line. */
  limit?: number;
  /** Of the 24 columns. */
  width?: number;
}

export interface Row {
  title: string;
  panels: Panel[];
}

const HEIGHT = 8;
const COLUMNS = 24;
// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Grafana's
const datasource = { type: 'prometheus', uid: '${datasource}' };

/** A dashboard in Grafana's own schema (10 and later), its panels laid out from left to right, row by row. */
export function dashboard({ uid, title, rows }: { uid: string; title: string; rows: Row[] }) {
  let id = 0;
  let y = 0;
  const panels = rows.flatMap((row) => {
    const header = {
      id: ++id,
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: { x: 0, y: y++, w: COLUMNS, h: 1 },
      panels: [],
    };
    let x = 0;
    const placed = row.panels.map((panel) => {
      const w = panel.width ?? 8;
      if (x + w > COLUMNS) {
        x = 0;
        y += HEIGHT;
      }
      const gridPos = { x, y, w, h: HEIGHT };
      x += w;
      return { id: ++id, gridPos, ...describe(panel) };
    });
    y += HEIGHT;
    return [header, ...placed];
  });
  return {
    uid,
    title,
    tags: ['anb', 'rising-stars'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    templating: { list: variables() },
    panels,
  };
}

function describe({ title, description, unit, queries, stat, limit }: Panel) {
  const steps = [
    { color: 'green', value: null },
    ...(limit === undefined ? [] : [{ color: 'red', value: limit }]),
  ];
  const common = {
    type: stat ? 'stat' : 'timeseries',
    title,
    description,
    datasource,
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource,
      expr,
      legendFormat: legend,
    })),
  };
  const thresholds = { mode: 'absolute', steps };
  if (stat) {
    return {
      ...common,
      fieldConfig: { defaults: { unit, thresholds, noValue: 'not known' }, overrides: [] },
      options: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value', graphMode: 'area' },
    };
  }
  const custom = {
    lineWidth: 1,
    fillOpacity: 8,
    thresholdsStyle: { mode: limit === undefined ? 'off' : 'dashed' },
  };
  return {
    ...common,
    fieldConfig: {
      defaults: { unit, min: 0, thresholds, custom, color: { mode: 'palette-classic' } },
      overrides: [],
    },
    options: {
      legend: { displayMode: 'table', placement: 'bottom', calcs: ['mean', 'max'], showLegend: true },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  };
}

function variables() {
  return [
    { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus', refresh: 1, hide: 0 },
    {
      name: 'namespace',
      label: 'Namespace',
      type: 'query',
      datasource,
      query: { query: 'label_values(anb_build_info, namespace)', refId: 'namespace' },
      refresh: 2,
      sort: 1,
      multi: false,
      includeAll: true,
      // Also matches series without a namespace: those of a Prometheus beside `npm start`.
      allValue: '.*',
      current: { selected: true, text: 'All', value: '$__all' },
      hide: 0,
    },
  ];
}
