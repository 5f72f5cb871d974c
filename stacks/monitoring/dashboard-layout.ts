/** Columns of the grid; every row is two widgets wide. */
const COLUMNS = 48;
const HEADING_HEIGHT = 4;
const ROW_HEIGHT = 14;

/** A part of Cloud Monitoring's JSON (reference: `projects.dashboards`, `Widget`). */
export type Widget = Readonly<Record<string, unknown>>;

/** A question, and the widgets that answer it. */
export interface Section {
  readonly question: string;
  readonly widgets: readonly Widget[];
}

interface ChartOptions {
  /** @default 'LINE' */
  readonly plotType?: 'LINE' | 'STACKED_BAR' | 'STACKED_AREA';
  /** A line across the chart. @default none */
  readonly limit?: number;
}

/** A chart of PromQL queries, each with its legend; an empty one shows the labels that set its lines apart. */
export function chart(title: string, queries: Readonly<Record<string, string>>, options: ChartOptions = {}): Widget {
  const { plotType = 'LINE', limit } = options;
  return {
    title,
    xyChart: {
      dataSets: Object.entries(queries).map(([legendTemplate, prometheusQuery]) => ({
        plotType,
        targetAxis: 'Y1',
        ...(legendTemplate !== '' && { legendTemplate }),
        timeSeriesQuery: { prometheusQuery },
      })),
      ...(limit !== undefined && { thresholds: [{ value: limit, targetAxis: 'Y1' }] }),
    },
  };
}

/** Puts each section's widgets under its question, two beside each other; the last of an odd number has the row. */
export function mosaicLayout(sections: readonly Section[]) {
  let yPos = 0;
  const tiles = sections.flatMap(({ question, widgets }) => {
    const heading = {
      ...position(0, yPos),
      width: COLUMNS,
      height: HEADING_HEIGHT,
      widget: { title: question, sectionHeader: { dividerBelow: true } },
    };
    yPos += HEADING_HEIGHT;
    const answers = widgets.map((widget, index) => {
      const isAlone = index === widgets.length - 1 && index % 2 === 0;
      const tile = {
        ...position((index % 2) * (COLUMNS / 2), yPos),
        width: isAlone ? COLUMNS : COLUMNS / 2,
        height: ROW_HEIGHT,
        widget,
      };
      if (index % 2 === 1 || isAlone) yPos += ROW_HEIGHT;
      return tile;
    });
    return [heading, ...answers];
  });
  return { columns: COLUMNS, tiles };
}

/** Without its zeros: Cloud Monitoring leaves them out of its answers, and each would be a change in every plan. */
function position(xPos: number, yPos: number) {
  return { ...(xPos !== 0 && { xPos }), ...(yPos !== 0 && { yPos }) };
}
